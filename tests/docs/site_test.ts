import assert from "node:assert/strict";
import MiniSearch from "npm:minisearch@7.2.0";
import { makeManifest } from "../../scripts/docs/manifest.ts";
import { SiteError } from "../../scripts/docs/site_error.ts";
import { builtSite, CUSTOMER, siteOf, textOf } from "./built.ts";

const PUBLIC = [
  "api-reference",
  "architecture",
  "deployment",
  "glossary",
  "index",
  "operator-guide",
];

/** What building these pages says is wrong. */
function problemsOf(pages: Record<string, string>): readonly string[] {
  try {
    siteOf(pages);
  } catch (error) {
    if (error instanceof SiteError) return error.problems;
    throw error;
  }
  return [];
}

Deno.test("the site has the public routes, pages below two of them, integrations, and nothing else", async () => {
  const { routes } = makeManifest(await builtSite(), "1");
  const top = routes.filter((route) => !route.includes("/"));
  assert.deepEqual(top, PUBLIC.map((route) => `${route}.html`));
  const folders = new Set(
    routes.filter((route) => route.includes("/")).map((route) =>
      route.split("/")[0]
    ),
  );
  for (const folder of folders) {
    assert.match(folder ?? "", /^(architecture|operator-guide|integrations)$/);
  }
});

Deno.test("what does not say that it is for customers is neither rendered nor found", async () => {
  const secret = "This is how we talk among ourselves.";
  const files = siteOf({
    "docs/index.md": `${CUSTOMER}# Home\n`,
    "docs/architecture.md": `---\naudience: internal\n---\n${secret}\n`,
    "docs/glossary.md": `# No front matter\n\n${secret}\n`,
  });
  const all = [...files.keys()].map((path) => textOf(files, path)).join("");
  assert.ok(!all.includes(secret));
  const real = await builtSite();
  for (const path of real.keys()) {
    if (!path.endsWith(".html") && !path.includes("search_index")) continue;
    assert.ok(!textOf(real, path).includes("--frozen=false lock"), path);
  }
});

Deno.test("no page can take an internal note in, or what is not there", () => {
  for (
    const href of ["web.md", "web.md#how", "../NONE.md", "../README.md#none"]
  ) {
    const problems = problemsOf({
      "docs/index.md":
        `${CUSTOMER}# Home\n\n[More](${href}) <!-- include -->\n`,
      "docs/web.md": "---\naudience: internal\n---\n# Notes\n\n## How\n\nSo.\n",
      "README.md": "# Name\n",
    });
    assert.deepEqual(problems, [
      `docs/index.md:8: ${href} cannot be taken in`,
    ]);
  }
});

Deno.test("a page that no public route leads to is refused", () => {
  assert.deepEqual(problemsOf({ "docs/plans.md": `${CUSTOMER}# Plans\n` }), [
    "docs/plans.md:1: no public route leads to this page; name a parent, or make it an internal note",
  ]);
});

Deno.test("front matter that is wrong is named", () => {
  const broken = CUSTOMER.replace("summary: ", "sumary: ");
  const [first = "", ...more] = problemsOf({ "docs/index.md": broken });
  assert.match(first, /^docs\/index\.md:1: front matter: summary: /);
  assert.equal(more.length, 1);
});

Deno.test("every link that leads nowhere is named with its file and line", () => {
  const problems = problemsOf({
    "docs/index.md": CUSTOMER + [
      "# Home",
      "",
      "A [page](glossary.md) and its [term](glossary.md#lease); then",
      "[none](nowhere.md), [no heading](glossary.md#lost) and",
      "[not here](#lost) but [here](#home).",
      "",
      "| one | two |",
      "| --- | --- |",
      "| x | [none](gone.md) |",
      "",
      "![A picture](screenshots/none.png) [plain](http://example.com)",
      "",
      "[More](../README.md#part) <!-- include -->",
    ].join("\n"),
    "docs/glossary.md": `${CUSTOMER}# Words\n\n## Lease\n`,
    "README.md": "# Name\n\n## Part\n\nSee [lost](docs/lost.md).\n",
  });
  assert.deepEqual(problems, [
    "docs/index.md:9: nowhere.md is no page of this site",
    "docs/index.md:9: glossary.md#lost leads to no heading of glossary.html",
    "docs/index.md:10: #lost leads to no heading of index.html",
    "docs/index.md:14: gone.md is no page of this site",
    "docs/index.md:16: screenshots/none.png is no image of docs/",
    "docs/index.md:16: http://example.com is not https",
    "README.md:5: docs/lost.md is no page of this site",
  ]);
});

Deno.test("of a link to an internal note only the words stay", () => {
  const files = siteOf({
    "docs/index.md": `${CUSTOMER}# Home\n\nSee [our *notes*](web.md#top).\n`,
    "docs/web.md": "---\naudience: internal\n---\n# Notes\n",
  });
  assert.match(
    textOf(files, "index.html"),
    /<p>See our <em>notes<\/em>\.<\/p>/,
  );
});

Deno.test("a section that a page takes in is linked to where it is shown", () => {
  const files = siteOf({
    "docs/index.md": `${CUSTOMER}# Home\n\n[Settings](../README.md#settings)\n`,
    "docs/deployment.md":
      `${CUSTOMER}# Run it\n\n[More](../README.md#settings) <!-- include -->\n`,
    "README.md":
      "# Name\n\n## Settings\n\nThe one [word](docs/index.md).\n\n## Other\n\nNot this.\n",
  });
  assert.match(textOf(files, "index.html"), /<a href="deployment\.html">/);
  const page = textOf(files, "deployment.html");
  assert.match(page, /The one <a href="index\.html">word<\/a>/);
  assert.ok(!page.includes("Not this"));
  assert.ok(!page.includes("Settings"));
});

Deno.test("nothing in Markdown becomes markup by itself", () => {
  const files = siteOf({
    "docs/index.md":
      `${CUSTOMER}# Home\n\n<script>alert(1)</script>\n\n\`\`\`html\n<b>\n\`\`\`\n`,
  });
  const page = textOf(files, "index.html");
  assert.ok(!page.includes("<script>alert"));
  assert.match(page, /&lt;b&gt;/);
});

Deno.test("no page has a script or a style of its own, and none asks another site for anything", async () => {
  const files = await builtSite();
  for (const path of files.keys()) {
    if (!path.endsWith(".html")) continue;
    const page = textOf(files, path);
    assert.ok(!/<style|\sstyle=|\son\w+=/.test(page), path);
    assert.ok(!/<script(?![^>]*\ssrc=)/.test(page), path);
    for (const [, url = ""] of page.matchAll(/\s(?:src|srcset)="([^"]*)"/g)) {
      assert.ok(!/^([a-z]+:|\/\/)/.test(url), `${path}: ${url}`);
    }
    for (const [link = ""] of page.matchAll(/<link [^>]*>/g)) {
      assert.ok(!/href="([a-z]+:|\/)/.test(link), `${path}: ${link}`);
    }
  }
});

Deno.test("every address within the site leads to a file, and every anchor to an element", async () => {
  const files = await builtSite();
  const ids = new Map<string, Set<string>>();
  for (const path of files.keys()) {
    if (!path.endsWith(".html")) continue;
    const found = [...textOf(files, path).matchAll(/\sid="([^"]+)"/g)]
      .map(([, id = ""]) => id);
    assert.equal(new Set(found).size, found.length, `ids of ${path}`);
    ids.set(path, new Set(found));
  }
  for (const path of ids.keys()) {
    for (
      const [, url = ""] of textOf(files, path)
        .matchAll(/\s(?:href|src|srcset)="([^"]*)"/g)
    ) {
      if (url.startsWith("https:") || url.startsWith("http://localhost")) {
        continue;
      }
      const { pathname, hash } = new URL(url, `http://site/${path}`);
      const target = pathname.slice(1);
      assert.ok(files.has(target), `${path}: ${url}`);
      const id = decodeURIComponent(hash.slice(1));
      if (id) assert.ok(ids.get(target)?.has(id), `${path}: ${url}`);
    }
  }
});

Deno.test("the search knows words of the glossary, settings and operations of the API", async () => {
  const files = await builtSite();
  const path = [...files.keys()].find((one) => one.includes("search_index"));
  const { options, index } = JSON.parse(textOf(files, path ?? ""));
  const search = MiniSearch.loadJS(index, options);
  const first = (words: string) => search.search(words)[0]?.id;
  assert.equal(first("lease"), "glossary.html#lease");
  assert.equal(
    first("NOTIFICATION_CONCURRENCY"),
    "operator-guide/configuration.html#notification_concurrency",
  );
  assert.equal(
    first("incidents acknowledge POST"),
    "api-reference.html#acknowledgeIncident",
  );
  // As somebody types it who is tired.
  assert.equal(first("aknowledge"), "glossary.html#acknowledge");
});

Deno.test("the API reference shows every operation and schema of the document that PagerPal makes", async () => {
  const files = await builtSite();
  const page = textOf(files, "api-reference.html");
  const document = JSON.parse(textOf(files, "openapi.json"));
  const operations = Object.values<Record<string, { operationId: string }>>(
    document.paths,
  ).flatMap((item) => Object.values(item));
  assert.ok(operations.length > 100);
  for (const { operationId } of operations) {
    assert.ok(page.includes(`id="${operationId}"`), operationId);
  }
  assert.match(page, /id="createAccount".+?with the role admin/s);
  for (const name of Object.keys(document.components.schemas)) {
    assert.ok(page.includes(`id="schema-${name}"`), name);
  }
});

Deno.test("the manifest is for customers and holds every file, and names that last are made of their content", async () => {
  const files = await builtSite();
  const manifest = makeManifest(files, "1.2.3");
  assert.equal(manifest.audience, "customer");
  assert.deepEqual(
    manifest.files.map(({ path }) => path),
    [...files.keys()].sort(),
  );
  for (const { path, immutable, sha256 } of manifest.files) {
    assert.equal(immutable, path.startsWith("assets/"), path);
    if (immutable) assert.ok(path.includes(`.${sha256.slice(0, 10)}.`), path);
  }
});
