/** Code in colours, which are classes of the site's stylesheet. */
// @ts-types="./highlight_js.d.ts"
import hljs from "npm:highlight.js@11.12.0/lib/core";
// @ts-types="./highlight_js_language.d.ts"
import bash from "npm:highlight.js@11.12.0/lib/languages/bash";
// @ts-types="./highlight_js_language.d.ts"
import http from "npm:highlight.js@11.12.0/lib/languages/http";
// @ts-types="./highlight_js_language.d.ts"
import properties from "npm:highlight.js@11.12.0/lib/languages/properties";
// @ts-types="./highlight_js_language.d.ts"
import javascript from "npm:highlight.js@11.12.0/lib/languages/javascript";
// @ts-types="./highlight_js_language.d.ts"
import json from "npm:highlight.js@11.12.0/lib/languages/json";
// @ts-types="./highlight_js_language.d.ts"
import sql from "npm:highlight.js@11.12.0/lib/languages/sql";
// @ts-types="./highlight_js_language.d.ts"
import typescript from "npm:highlight.js@11.12.0/lib/languages/typescript";
// @ts-types="./highlight_js_language.d.ts"
import yaml from "npm:highlight.js@11.12.0/lib/languages/yaml";

const LANGUAGES = {
  bash,
  http,
  properties,
  javascript,
  json,
  sql,
  typescript,
  yaml,
};
for (const [name, language] of Object.entries(LANGUAGES)) {
  hljs.registerLanguage(name, language);
}
hljs.registerAliases(["ini", "env"], { languageName: "properties" });

/** Promises HTML for this code, or "" for a language that is not known, which the caller shows as it is. */
export function highlight(code: string, language: string): string {
  return hljs.getLanguage(language)
    ? hljs.highlight(code, { language }).value
    : "";
}
