/** The HTML templates of static/templates, rendered with everything escaped unless a template says otherwise. */
import { Eta } from "eta";

/** Promises the HTML of the template `name` (a path below static/templates, without its ending) with this data. */
export type Render = (name: string, data: object) => string;

/** A part ends where its last character is: the line end of its file would be a blank before the next comma. */
class Templates extends Eta {
  override readFile = (path: string): string =>
    Deno.readTextFileSync(path).trimEnd();
}

/** Promises a renderer that reads each template once, or at every call when `watch` is set. */
export function createRender(
  { directory, watch }: { directory: string; watch: boolean },
): Render {
  const eta = new Templates({
    views: directory,
    cache: !watch,
    autoEscape: true,
    autoTrim: [false, "nl"],
    defaultExtension: ".html",
  });
  return (name, data) => eta.render(`./${name}`, data);
}
