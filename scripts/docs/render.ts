/** Tokens to HTML: headings that can be linked to, tables and code that scroll by themselves, images that keep their room. */
import type { Token } from "npm:markdown-it@15.0.3";
import { markdown } from "./markdown.ts";

const { rules } = markdown.renderer;
const escape = markdown.utils.escapeHtml;

rules.heading_close = (tokens, index) => {
  const tag = tokens[index]?.tag ?? "";
  const id = tokens[index - 2]?.attrGet("id");
  if (!id || tag === "h1") return `</${tag}>\n`;
  const text = tokens[index - 1]?.content ?? "";
  const label = escape(`Link to ${text.replaceAll("`", "")}`);
  return ` <a class="anchor" href="#${
    escape(String(id))
  }" aria-label="${label}">#</a></${tag}>\n`;
};

rules.table_open = () => `<div class="table" tabindex="0"><table>\n`;
rules.table_close = () => "</table></div>\n";

/** The library aligns a cell by a style of its own, which the content security policy does not let through. */
rules.th_open = rules.td_open = (tokens, index) => {
  const right = String(tokens[index]?.attrs ?? "").includes("text-align:right");
  const tag = cellTag(tokens, index, 1);
  return right ? `<${tag} class="figure">` : `<${tag}>`;
};
rules.th_close = (tokens, index) => `</${cellTag(tokens, index, -1)}>`;

/** A header without a word is none; its text is the token `step` further. */
function cellTag(tokens: Token[], index: number, step: 1 | -1): string {
  return tokens[index + step]?.content ? tokens[index]?.tag ?? "td" : "td";
}

/** Up to here a name stays in one line, with the hyphens of an option; longer ones break where a reader would break them. */
const SHORT_NAME = 18;

rules.code_inline = (tokens, index) => {
  const content = tokens[index]?.content ?? "";
  const text = escape(content);
  return content.length <= SHORT_NAME && !content.includes(" ")
    ? `<code class="short">${text}</code>`
    : `<code>${text.replace(/(?<=\w)[_/](?=\w)/g, "$&<wbr>")}</code>`;
};

rules.fence = (tokens, index, options) => {
  const { content = "", info = "" } = tokens[index] ?? {};
  const [language = ""] = info.split(" ");
  const code = options.highlight?.(content, language, "") || escape(content);
  return `<pre tabindex="0"><code>${code}</code></pre>\n`;
};

rules.image = (tokens, index) => {
  const token = tokens[index];
  const attribute = (name: string) =>
    escape(String(token?.attrGet(name) ?? ""));
  const image = `<img src="${attribute("src")}" alt="${
    escape(token?.content ?? "")
  }" width="${attribute("width")}" height="${attribute("height")}">`;
  const dark = attribute("data-dark");
  return dark === ""
    ? image
    : `<picture><source srcset="${dark}" media="(prefers-color-scheme: dark)">${image}</picture>`;
};

/** Promises the HTML of a page's tokens, whose links and images are resolved. */
export function renderTokens(tokens: Token[]): string {
  return markdown.renderer.render(tokens, markdown.options);
}
