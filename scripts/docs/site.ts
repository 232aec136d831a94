/** The site as a whole: Markdown, the OpenAPI document and the assets in, files out. Nothing is read or written here. */
import { dirname, join } from "node:path/posix";
import type { Token } from "npm:markdown-it@15.0.3";
import { apiReference } from "./api_reference.ts";
import type { ApiDocument } from "./api_schema.ts";
import { apiSections } from "./api_sections.ts";
import { Assets, type Files, type SharedAssets } from "./assets.ts";
import {
  type LinkMap,
  relativeUrl,
  resolveLinks,
  type Target,
} from "./links.ts";
import {
  type Heading,
  type Parsed,
  parsePage,
  type Place,
  type Section,
  sectionTokens,
  tokensOf,
} from "./markdown.ts";
import { customerPages } from "./page_source.ts";
import { renderTokens } from "./render.ts";
import {
  type NavGroup,
  navigation,
  type RoutedPage,
  routePages,
} from "./routes.ts";
import { searchIndex } from "./search_index.ts";
import { SiteError } from "./site_error.ts";
import { renderApi, renderPage } from "./templates.ts";

export interface SiteInput {
  /** The Markdown of the repository, by path from its root. */
  markdown: ReadonlyMap<string, string>;
  /** Promises any other file of the repository; null where there is none. */
  read(file: string): Uint8Array | null;
  api: { text: string; document: ApiDocument };
  version: string;
}

const API_PAGE = "api-reference.html";
/** Beside the pages; the API reference links to it. */
const OPENAPI = "openapi.json";

interface Page extends RoutedPage {
  tokens: Token[];
  headings: Heading[];
  ids: Set<string>;
  sections: Section[];
  /** HTML behind the page's own text. */
  more: string;
}

/** Promises every file of the site, or throws SiteError naming everything that is wrong. */
export function buildSite(input: SiteInput): Files {
  const files: Files = new Map();
  const assets = new Assets(files, input.read);
  const included = new Map<string, Page>();
  const pages = routePages(customerPages(input.markdown)).map((routed) => {
    const taken: string[] = [];
    const parsed = parse(routed, { input, taken });
    const page = { ...routed, ...withApi(routed, { parsed, input }) };
    for (const key of taken) included.set(key, page);
    return page;
  });
  const map: LinkMap = {
    pages: new Map<string, Target>([
      ...pages.map((page) => [page.file, page] as const),
      [`docs/${OPENAPI}`, { url: OPENAPI, ids: new Set() }],
    ]),
    included,
    internal: new Set(input.markdown.keys()),
    image: (file) => assets.image(file),
  };
  const problems = pages.flatMap((page) =>
    resolveLinks(page.tokens, { page, map })
  );
  if (problems.length > 0) throw new SiteError(problems);
  const index = searchIndex(pages.map(({ url, meta, sections }) => ({
    url,
    title: meta.title,
    sections,
  })));
  const frame = {
    shared: assets.shared(),
    groups: navigation(pages),
    index: assets.add("search_index.json", index),
    version: input.version,
  };
  for (const page of pages) {
    files.set(page.url, new TextEncoder().encode(show(page, frame)));
  }
  files.set(OPENAPI, new TextEncoder().encode(input.api.text));
  return files;
}

function parse(
  page: RoutedPage,
  { input, taken }: { input: SiteInput; taken: string[] },
): Parsed {
  const include = (href: string, at: Place): Token[] => {
    const [path = "", id] = href.split("#");
    const file = join(dirname(at.file), path);
    // What is below docs/ speaks for itself, or is an internal note.
    const body = file.startsWith("docs/") ? null : input.markdown.get(file);
    const all = body && tokensOf({ file, body, linesBefore: 0 });
    const tokens = all && (id ? sectionTokens(all, id) : withoutTitle(all));
    if (!tokens) {
      throw new SiteError([
        `${at.file}:${at.line}: ${href} cannot be taken in`,
      ]);
    }
    taken.push(id ? `${file}#${id}` : file);
    return tokens;
  };
  return parsePage(page, { terms: page.meta.terms, include });
}

/** The page that takes a file in has a title of its own. */
function withoutTitle(tokens: Token[]): Token[] {
  const end = tokens.findIndex(({ type, tag }) =>
    type === "heading_close" && tag === "h1"
  );
  return tokens.slice(end + 1);
}

/** The API reference is its Markdown and, behind it, what the OpenAPI document says. */
function withApi(
  { url }: RoutedPage,
  { parsed, input }: { parsed: Parsed; input: SiteInput },
): Parsed & { more: string } {
  if (url !== API_PAGE) return { ...parsed, more: "" };
  const reference = apiReference(input.api.document);
  const { headings, sections, ids } = apiSections(reference);
  return {
    ...parsed,
    headings: [...parsed.headings, ...headings],
    sections: [...parsed.sections, ...sections],
    ids: new Set([...parsed.ids, ...ids]),
    more: renderApi(reference),
  };
}

interface Frame {
  shared: SharedAssets;
  groups: NavGroup[];
  index: string;
  version: string;
}

function show(
  page: Page,
  { shared, groups, index, version }: Frame,
): string {
  const to = (url: string) => relativeUrl(page.url, url);
  return renderPage({
    title: page.meta.title,
    summary: page.meta.summary,
    version,
    html: renderTokens(page.tokens) + page.more,
    contents: page.headings.filter(({ level }) => level === 2 || level === 3),
    navigation: groups.map(({ title, pages }) => ({
      title,
      pages: pages.map(({ meta, url }) => ({
        title: meta.title,
        url: to(url),
        current: url === page.url,
        child: meta.parent !== undefined,
      })),
    })),
    home: to("index.html"),
    root: to("index.html").replace("index.html", ""),
    css: to(shared.css),
    font: to(shared.font),
    script: to(shared.script),
    icon: to(shared.icon),
    searchIndex: to(index),
    searchLibrary: to(shared.searchLibrary),
  });
}
