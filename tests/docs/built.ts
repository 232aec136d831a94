/** The site as `deno task docs:build` makes it, built once for each test file; and sites of a test's own pages. */
import { fileURLToPath } from "node:url";
import { buildFrom } from "../../scripts/build_docs.ts";
import type { Files } from "../../scripts/docs/assets.ts";
import { buildSite } from "../../scripts/docs/site.ts";
import { readRepository } from "../../scripts/docs/repository.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

let built: Promise<Files> | null = null;

/** Promises the files of the real site. */
export function builtSite(): Promise<Files> {
  return built ??= buildFrom(ROOT);
}

/** Promises the text of a file of the site; throws where there is none. */
export function textOf(files: Files, path: string): string {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`The site has no ${path}`);
  return new TextDecoder().decode(bytes);
}

/** Front matter of a page for customers. */
export const CUSTOMER = [
  "---",
  "audience: customer",
  "title: A page",
  "summary: What this page of a test is about.",
  "---",
  "",
].join("\n");

/** Promises the site of these pages alone, by path as `docs/index.md`; pictures are those of the repository. */
export function siteOf(pages: Record<string, string>): Files {
  return buildSite({
    markdown: new Map(Object.entries(pages)),
    read: readRepository(ROOT).read,
    api: {
      text: "{}",
      document: {
        info: { version: "1" },
        paths: {},
        components: { schemas: {} },
      },
    },
    version: "1.2.3",
  });
}
