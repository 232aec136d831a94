/** A language of highlight.js. */
import type { Language } from "./highlight_js.d.ts";

declare const language: Language;
export default language;
