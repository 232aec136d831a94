/** What is used of highlight.js. Its own types bring those of a browser with them, which are at odds with Deno's. */

/** A language, for the library's own eyes. */
export type Language = (hljs: unknown) => unknown;

interface Highlighter {
  registerLanguage(name: string, language: Language): void;
  registerAliases(names: string[], options: { languageName: string }): void;
  getLanguage(name: string): unknown;
  highlight(code: string, options: { language: string }): { value: string };
}

declare const hljs: Highlighter;
export default hljs;
