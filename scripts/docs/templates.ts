/** The templates of static/docs/templates. */
import { fileURLToPath } from "node:url";
import { Eta } from "eta";
import type { ApiReference } from "./api_reference.ts";
import type { Heading } from "./markdown.ts";

export interface PageView {
  title: string;
  summary: string;
  version: string;
  /** Of the page's own content. */
  html: string;
  /** Headings for the contents of the page. */
  contents: Heading[];
  navigation: {
    title: string;
    pages: { title: string; url: string; current: boolean; child: boolean }[];
  }[];
  /** Addresses as this page sees them. */
  home: string;
  root: string;
  css: string;
  font: string;
  script: string;
  icon: string;
  searchIndex: string;
  searchLibrary: string;
}

const eta = new Eta({
  views: fileURLToPath(new URL("../../static/docs/templates", import.meta.url)),
  autoEscape: true,
  autoTrim: [false, "nl"],
  defaultExtension: ".html",
});

/** Promises a whole page. */
export function renderPage(view: PageView): string {
  return eta.render("./page", view);
}

/** Promises the part of the API reference that is made from the OpenAPI document. */
export function renderApi(reference: ApiReference): string {
  return eta.render("./api", reference);
}
