/** What the search of the site knows: each section of each page, as an index that browsers load and ask by themselves. */
import MiniSearch, { type Options } from "npm:minisearch@7.2.0";
import type { Section } from "./markdown.ts";

/** A section that can be found. The short names are stored in the index. */
interface Entry {
  /** Its address on the site. */
  id: string;
  /** Of the page. */
  title: string;
  heading: string;
  text: string;
  /** The beginning of the text, shown with a result. */
  start: string;
}

export interface SearchedPage {
  url: string;
  title: string;
  sections: Section[];
}

const OPTIONS: Options<Entry> = {
  fields: ["title", "heading", "text"],
  storeFields: ["title", "heading", "start"],
  searchOptions: {
    boost: { heading: 4, title: 2 },
    combineWith: "AND",
    prefix: true,
    // One wrong letter from five on.
    fuzzy: 0.12,
  },
};
const START_LENGTH = 140;

/** Promises the index as JSON, with the options that it must be loaded with. */
export function searchIndex(pages: SearchedPage[]): string {
  const search = new MiniSearch<Entry>(OPTIONS);
  for (const { url, title, sections } of pages) {
    for (const section of sections) {
      const text = section.text.replace(/\s+/g, " ").trim();
      if (text === "" && section.heading === "") continue;
      search.add({
        id: section.id === "" ? url : `${url}#${section.id}`,
        title,
        heading: section.heading,
        text,
        start: beginning(text),
      });
    }
  }
  return JSON.stringify({ options: OPTIONS, index: search.toJSON() });
}

function beginning(text: string): string {
  if (text.length <= START_LENGTH) return text;
  const cut = text.slice(0, START_LENGTH);
  return `${cut.slice(0, cut.lastIndexOf(" "))} …`;
}
