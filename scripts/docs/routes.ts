/** Which pages the site has. Whatever is not named here has no public address, whatever its front matter says. */
import { basename } from "node:path/posix";
import type { PageSource } from "./page_source.ts";
import { SiteError } from "./site_error.ts";

/** The public routes, in the order of the navigation; pages with a parent stand below one of them. */
const ROUTES = [
  "index",
  "operator-guide",
  "deployment",
  "api-reference",
  "architecture",
  "glossary",
] as const;

const INTEGRATIONS = "integrations";

export interface RoutedPage extends PageSource {
  /** Its file on the site, as `integrations/grafana.html`. */
  url: string;
}

export interface NavGroup {
  title: string;
  pages: RoutedPage[];
}

/** Promises each page with its address; throws SiteError for one that no public route leads to. */
export function routePages(sources: PageSource[]): RoutedPage[] {
  const problems: string[] = [];
  const pages = sources.flatMap((source) => {
    const route = routeOf(source);
    if (route !== null) return [{ ...source, url: `${route}.html` }];
    problems.push(
      `${source.file}:1: no public route leads to this page; name a parent, or make it an internal note`,
    );
    return [];
  });
  if (problems.length > 0) throw new SiteError(problems);
  return pages;
}

function routeOf({ file, meta }: PageSource): string | null {
  const name = basename(file, ".md");
  const isRoute = (one: string) => ROUTES.some((route) => route === one);
  if (file === `docs/${INTEGRATIONS}/${name}.md`) {
    return meta.integration ? `${INTEGRATIONS}/${name}` : null;
  }
  if (file !== `docs/${name}.md`) return null;
  if (meta.parent === undefined) return isRoute(name) ? name : null;
  return isRoute(meta.parent) && meta.parent !== "index"
    ? `${meta.parent}/${name}`
    : null;
}

/** Promises the pages as the navigation lists them: those for operators, the integrations, and those to look things up. */
export function navigation(pages: RoutedPage[]): NavGroup[] {
  const at = (route: string) =>
    pages.filter(({ url }) => url === `${route}.html`);
  const below = (folder: string) =>
    pages.filter(({ url }) => url.startsWith(`${folder}/`))
      .toSorted((a, b) => a.meta.order - b.meta.order);
  const withChildren = (route: string) => [...at(route), ...below(route)];
  const integrations = below(INTEGRATIONS);
  return [
    { title: "", pages: at("index") },
    {
      title: "Run it",
      pages: ["operator-guide", "deployment"].flatMap(withChildren),
    },
    {
      title: "Alerts in",
      pages: integrations.filter(({ meta }) =>
        meta.integration && "source" in meta.integration
      ),
    },
    {
      title: "Pages out",
      pages: integrations.filter(({ meta }) =>
        meta.integration && !("source" in meta.integration)
      ),
    },
    {
      title: "Look it up",
      pages: ["api-reference", "architecture", "glossary"].flatMap(
        withChildren,
      ),
    },
  ].filter((group) => group.pages.length > 0);
}
