/** The HTML templates of static/templates, rendered with everything escaped unless a template says otherwise. */
import { Eta } from "eta";

/** Promises the HTML of the template `name` (a path below static/templates, without its ending) with this data. */
export type Render = (name: string, data: object) => string;

/** Promises a renderer that reads each template once, or at every call when `watch` is set. */
export function createRender(
  { directory, watch }: { directory: string; watch: boolean },
): Render {
  const eta = new Eta({
    views: directory,
    cache: !watch,
    autoEscape: true,
    autoTrim: [false, "nl"],
    defaultExtension: ".html",
  });
  return (name, data) => eta.render(`./${name}`, data);
}
