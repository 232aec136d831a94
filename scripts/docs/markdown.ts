/** Markdown to tokens: headings with the anchors that GitHub gives them, sections of other files taken in, terms. */
import GithubSlugger from "npm:github-slugger@2.0.0";
import MarkdownIt, { type Token } from "npm:markdown-it@15.0.3";
import { highlight } from "./highlight.ts";

export interface Heading {
  level: number;
  id: string;
  text: string;
}

/** A part of a page that the search finds by itself. */
export interface Section {
  /** Anchor; empty for what comes before the first heading below the title. */
  id: string;
  heading: string;
  text: string;
}

export interface Parsed {
  tokens: Token[];
  headings: Heading[];
  /** Every anchor. */
  ids: Set<string>;
  sections: Section[];
}

/** Where the text of a token stands. */
export interface Place {
  file: string;
  line: number;
}

export interface Text {
  file: string;
  body: string;
  linesBefore: number;
}

export const markdown = new MarkdownIt({
  html: false,
  linkify: false,
  typographer: false,
  highlight,
});

const places = new WeakMap<Token, Place>();

const INCLUDE = /^\[[^\]]+\]\((\S+)\)\s<!-- include -->$/;

/**
 * Promises the page's tokens, anchors and sections. A paragraph `[Settings](../README.md#configuration) <!-- include -->`
 * stands for what `include` promises for this address; whatever it throws is thrown. On GitHub it is a link.
 */
export function parsePage(
  text: Text,
  { terms, include }: {
    terms: boolean;
    include(href: string, at: Place): Token[];
  },
): Parsed {
  const tokens = tokensOf(text).flatMap((token, index, all) => {
    const href = includedBy(all, index);
    return href === null ? [token] : include(href, placeOf(token));
  }).filter((token) => token.type !== "dropped");
  const headings = nameHeadings(tokens);
  const ids = new Set(headings.map(({ id }) => id));
  if (terms) nameTerms(tokens).forEach((id) => ids.add(id));
  return { tokens, headings, ids, sections: sectionsOf(tokens) };
}

/** Promises the tokens, each of which knows its place. */
export function tokensOf({ file, body, linesBefore }: Text): Token[] {
  const tokens = markdown.parse(body, {});
  let line = linesBefore + 1;
  for (const token of tokens) {
    // The cells of a row have no line of their own.
    if (token.map) line = linesBefore + token.map[0] + 1;
    places.set(token, { file, line });
  }
  return tokens;
}

/** Promises where a token of `tokensOf` stands. */
export function placeOf(token: Token): Place {
  const place = places.get(token);
  if (place === undefined) throw new TypeError("a token of somebody else's");
  return place;
}

/** Promises the section below the heading with this anchor, without the heading; null where there is none. */
export function sectionTokens(tokens: Token[], id: string): Token[] | null {
  const slugger = new GithubSlugger();
  const headings = tokens.flatMap((token, index) =>
    token.type === "heading_open"
      ? [{
        index,
        level: Number(token.tag.slice(1)),
        id: slugger.slug(plainText(tokens[index + 1])),
      }]
      : []
  );
  const heading = headings.find((one) => one.id === id);
  if (!heading) return null;
  const next = headings.find(({ index, level }) =>
    index > heading.index && level <= heading.level
  );
  // A heading is three tokens: it opens, it has words, it closes.
  return tokens.slice(heading.index + 3, next?.index);
}

/** An include is a paragraph of three tokens: the middle one says what, and the others are dropped. */
function includedBy(tokens: Token[], index: number): string | null {
  const [token, before, after] = [
    tokens[index],
    tokens[index - 1],
    tokens[index + 1],
  ];
  if (
    token?.type !== "inline" || before?.type !== "paragraph_open" ||
    after?.type !== "paragraph_close"
  ) return null;
  const [, href] = INCLUDE.exec(token.content) ?? [];
  if (href === undefined) return null;
  before.type = after.type = "dropped";
  return href;
}

function nameHeadings(tokens: Token[]): Heading[] {
  const slugger = new GithubSlugger();
  return tokens.flatMap((token, index) => {
    if (token.type !== "heading_open") return [];
    const text = plainText(tokens[index + 1]);
    const id = slugger.slug(text);
    token.attrSet("id", id);
    return [{ level: Number(token.tag.slice(1)), id, text }];
  });
}

/** A term is a paragraph that begins with a bold word, or a row of a table that begins with code. */
function nameTerms(tokens: Token[]): string[] {
  const slugger = new GithubSlugger();
  return tokens.flatMap((token, index) => {
    const [first, second] = firstParts(tokens, index);
    const name =
      token.type === "paragraph_open" && first?.type === "strong_open"
        ? second?.content
        : token.type === "tr_open" && first?.type === "code_inline"
        ? first.content
        : undefined;
    if (name === undefined) return [];
    const id = slugger.slug(name);
    token.attrSet("id", id);
    return [id];
  });
}

/** What the first text behind an opening token begins with: a row has its first cell in between. */
function firstParts(tokens: Token[], index: number): Token[] {
  const inline = tokens[index]?.type === "tr_open" ? index + 2 : index + 1;
  return (tokens[inline]?.children ?? []).filter((child) =>
    child.type !== "text" || child.content !== ""
  );
}

/** Promises what a heading or a term is called in a list of results. */
function nameOf(tokens: Token[], index: number): string {
  switch (tokens[index]?.type) {
    case "heading_open":
      return plainText(tokens[index + 1]);
    case "tr_open":
      return plainText(tokens[index + 2]);
    default:
      return firstParts(tokens, index)[1]?.content ?? "";
  }
}

function sectionsOf(tokens: Token[]): Section[] {
  const sections: Section[] = [{ id: "", heading: "", text: "" }];
  for (const [index, token] of tokens.entries()) {
    const id = String(token.attrGet("id") ?? "");
    if (id !== "" && token.tag !== "h1") {
      sections.push({ id, heading: nameOf(tokens, index), text: "" });
    }
    if (tokens[index - 1]?.type === "heading_open") continue;
    const section = sections.at(-1);
    if (!section) continue;
    if (token.type === "inline") section.text += `${plainText(token)} `;
    if (token.type === "fence") section.text += `${token.content} `;
  }
  return sections;
}

/** Promises the words of an inline token without their marks. */
function plainText(inline: Token | undefined): string {
  return (inline?.children ?? []).map(({ type, content }) =>
    type.endsWith("break") ? " " : content
  ).join("");
}
