import assert from "node:assert/strict";
import { dirname, join } from "node:path/posix";
import { parsePage } from "../../scripts/docs/markdown.ts";
import { readRepository } from "../../scripts/docs/repository.ts";
import { ROOT } from "./built.ts";

const { markdown } = readRepository(ROOT);

/** Promises the anchors of each Markdown file, and the addresses that it links to, as GitHub shows it. */
const FILES = new Map(
  [...markdown].map(([file, body]) => {
    const { tokens, ids } = parsePage({ file, body, linesBefore: 0 }, {
      terms: false,
      include: () => [],
    });
    const hrefs = tokens.flatMap(({ children }) => children ?? [])
      .map((token) => token.attrGet("href") ?? token.attrGet("src"))
      .filter((href) => href !== null).map(String)
      .filter((href) => !/^[a-z]+:/.test(href));
    return [file, { ids, hrefs }];
  }),
);

/** Links that only the site knows: the file is made when it is built, and anchors of what is made with it. */
const MADE = /^(openapi\.json|api-reference\.md#.*|#schema-.*)$/;
/** Of terms: paragraphs and rows are no headings. */
const TERM = /(glossary|configuration)\.md#/;

Deno.test("every link between the files of the repository leads to a file, and to a heading of it", () => {
  for (const [file, { hrefs }] of FILES) {
    for (const href of hrefs.filter((one) => !MADE.test(one))) {
      const [path = "", id = ""] = href.split("#");
      const target = path === "" ? file : join(dirname(file), path);
      assert.ok(
        FILES.has(target) || Deno.statSync(join(ROOT, target)).isFile,
        `${file}: ${href}`,
      );
      if (id === "" || TERM.test(href)) continue;
      assert.ok(FILES.get(target)?.ids.has(id), `${file}: ${href}`);
    }
  }
});
