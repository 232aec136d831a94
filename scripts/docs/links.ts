/** Every link of a page, led to where it goes on the site or named with its file and line. */
import { dirname, join, relative } from "node:path/posix";
import type { Token } from "npm:markdown-it@15.0.3";
import { type Place, placeOf } from "./markdown.ts";

/** A page that can be linked to. */
export interface Target {
  url: string;
  ids: ReadonlySet<string>;
}

export interface SiteImage {
  url: string;
  /** In pixels. */
  width: number;
  height: number;
  /** Of the same picture for the dark theme. */
  darkUrl: string | null;
}

export interface LinkMap {
  /** By the file of the Markdown, as `docs/glossary.md`. */
  pages: ReadonlyMap<string, Target>;
  /** The files of internal notes. */
  internal: ReadonlySet<string>;
  /** What pages have taken in: `README.md#configuration`, or a whole file. */
  included: ReadonlyMap<string, Target>;
  /** Promises an image of the repository; null where there is no such file. */
  image(file: string): SiteImage | null;
}

/**
 * Leads all links and images of the tokens to the site, and promises a sentence for each that leads nowhere. Of a link to
 * an internal note only its words stay.
 */
export function resolveLinks(
  tokens: Token[],
  { page, map }: { page: Target; map: LinkMap },
): string[] {
  const problems: string[] = [];
  let link: Token | null = null;
  for (const { token, place } of inlineTokens(tokens)) {
    if (token.type === "link_open") link = token;
    if (token.type === "link_close") token.hidden = link?.hidden ?? false;
    const problem = token.type === "image"
      ? leadImage(token, { place, page, map })
      : token.type === "link_open"
      ? leadLink(token, { place, page, map })
      : null;
    if (problem) problems.push(`${place.file}:${place.line}: ${problem}`);
  }
  return problems;
}

function leadLink(token: Token, context: Context): string | null {
  const href = String(token.attrGet("href") ?? "");
  const found = address(href, context);
  if (!found.ok) return `${href} ${found.why}`;
  if (found.url === null) token.hidden = true;
  else token.attrSet("href", relativeUrl(context.page.url, found.url));
  return null;
}

function leadImage(token: Token, { place, page, map }: Context): string | null {
  const src = String(token.attrGet("src") ?? "");
  if (SCHEME.test(src)) return `${src} is an image of another site`;
  if (!token.content) return `${src} has no words for those who cannot see it`;
  const image = map.image(join(dirname(place.file), src));
  if (image === null) return `${src} is no image of docs/`;
  token.attrSet("src", relativeUrl(page.url, image.url));
  token.attrSet("width", String(image.width));
  token.attrSet("height", String(image.height));
  if (image.darkUrl !== null) {
    token.attrSet("data-dark", relativeUrl(page.url, image.darkUrl));
  }
  return null;
}

/** The address is null for what is there and is not shown. */
type Found = { ok: true; url: string | null } | { ok: false; why: string };

interface Context {
  place: Place;
  page: Target;
  map: LinkMap;
}

const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

function address(href: string, { place, page, map }: Context): Found {
  if (SCHEME.test(href)) return elsewhere(href);
  const [path = "", id = ""] = href.split("#");
  if (path === "") return within(page, id);
  const file = join(dirname(place.file), path);
  const target = map.pages.get(file);
  if (target) return within(target, id);
  const section = map.included.get(`${file}#${id}`);
  if (section) return { ok: true, url: section.url };
  const whole = map.included.get(file);
  if (whole) return within(whole, id);
  return map.internal.has(file)
    ? { ok: true, url: null }
    : no("is no page of this site");
}

function within({ url, ids }: Target, id: string): Found {
  if (id === "") return { ok: true, url };
  return ids.has(id)
    ? { ok: true, url: `${url}#${id}` }
    : no(`leads to no heading of ${url}`);
}

/** What is not ours cannot be looked at while building; but no reader is led to a page without TLS. */
function elsewhere(href: string): Found {
  const { protocol, hostname } = new URL(href);
  const fine = protocol === "https:" || hostname === "localhost";
  return fine ? { ok: true, url: href } : no("is not https");
}

function no(why: string): Found {
  return { ok: false, why };
}

/** Promises the way from one page of the site to another address, so that the site may lie below any path. */
export function relativeUrl(from: string, to: string): string {
  if (SCHEME.test(to)) return to;
  const [path = "", id] = to.split("#");
  const hash = id === undefined ? "" : `#${id}`;
  return (path === from && hash ? "" : relative(dirname(from), path)) + hash;
}

/** Every token inside a line of text, with its own line. */
function* inlineTokens(
  tokens: Token[],
): Generator<{ token: Token; place: Place }> {
  for (const token of tokens) {
    const { file, line } = placeOf(token);
    let further = 0;
    for (const child of token.children ?? []) {
      yield { token: child, place: { file, line: line + further } };
      if (child.type.endsWith("break")) further++;
    }
  }
}
