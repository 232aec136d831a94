import assert from "node:assert/strict";
import { makeManifest } from "../../scripts/docs/manifest.ts";
import {
  cacheControl,
  invalidationPaths,
  planPublishing,
  type RemoteObject,
} from "../../scripts/publish/plan.ts";

const text = (content: string) => new TextEncoder().encode(content);

const MANIFEST = makeManifest(
  new Map([
    ["index.html", text("home")],
    ["assets/a.0123456789.css", text("a{}")],
  ]),
  "1",
);

/** The bucket as publishing this manifest leaves it. */
function published(): Map<string, RemoteObject> {
  return new Map(
    MANIFEST.files.map((file) => [file.path, {
      sha256: file.sha256,
      contentType: file.contentType,
      cacheControl: cacheControl(file),
    }]),
  );
}

const paths = (files: { path: string }[]) => files.map(({ path }) => path);

Deno.test("what a page loads is sent before the page", () => {
  const { upload, unchanged } = planPublishing(MANIFEST, new Map());
  assert.deepEqual(paths(upload), ["assets/a.0123456789.css", "index.html"]);
  assert.deepEqual(unchanged, []);
});

Deno.test("a file is sent again when its content, type or caching has changed, and else not", () => {
  assert.deepEqual(planPublishing(MANIFEST, published()).upload, []);
  for (
    const change of [
      { sha256: "0" },
      { sha256: null },
      { contentType: "text/plain" },
      { cacheControl: "" },
    ]
  ) {
    const remote = published();
    const before = remote.get("index.html");
    assert.ok(before);
    remote.set("index.html", { ...before, ...change });
    const { upload } = planPublishing(MANIFEST, remote);
    assert.deepEqual(paths(upload), ["index.html"], JSON.stringify(change));
  }
});

Deno.test("only what an earlier publishing put there is to be deleted, and nothing of the excluded folders", () => {
  const remote = published();
  const own = { contentType: "", cacheControl: "", sha256: "0" };
  remote.set("old.html", own);
  remote.set("_screenshots/home.png", own);
  remote.set("_lighthouse/report.html", { ...own, sha256: null });
  remote.set("backups/pagerpal.db", { ...own, sha256: null });
  const { remove, foreign } = planPublishing(MANIFEST, remote);
  assert.deepEqual(remove, ["old.html"]);
  assert.deepEqual(foreign, ["backups/pagerpal.db"]);
});

Deno.test("the excluded folders are not sent, whatever the manifest says", () => {
  const manifest = makeManifest(
    new Map([["_screenshots/a.png", text("a")], ["b.html", text("b")]]),
    "1",
  );
  const { upload } = planPublishing(manifest, new Map());
  assert.deepEqual(paths(upload), ["b.html"]);
});

Deno.test("names that change with their content are kept for ever, others for minutes", () => {
  const [asset, page] = MANIFEST.files;
  assert.ok(asset && page);
  assert.match(cacheControl(asset), /max-age=31536000, immutable$/);
  assert.match(cacheControl(page), /max-age=300$/);
});

Deno.test("the edges forget each address of what has changed, or everything where that is much", () => {
  assert.deepEqual(invalidationPaths(["index.html", "a/b.html"]), [
    "/",
    "/index.html",
    "/a/b.html",
  ]);
  const many = Array.from({ length: 101 }, (_, index) => `${index}.html`);
  assert.deepEqual(invalidationPaths(many), ["/*"]);
});
