import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { join } from "node:path";
import { loadAssets } from "../../src/web/assets.ts";

const UNPACKERS = { br: brotliDecompressSync, gzip: gunzipSync };

Deno.test("a style is packed as it is now, also after it was changed and by each of two folders in turn", async () => {
  const folder = await Deno.makeTempDir({ prefix: "pagerpal_test_" });
  const directory = (one: string) => join(folder, one, "/");
  const write = async (one: string, style: string) => {
    for (const kind of ["css", "js"]) {
      await Deno.mkdir(join(directory(one), kind), { recursive: true });
    }
    await Deno.writeTextFile(join(directory(one), "css", "a.css"), style);
  };
  const packed = async (one: string, coding: "br" | "gzip") => {
    const assets = loadAssets(directory(one), { watch: false });
    const bytes = await assets.find("pagerpal.css")?.packed(coding);
    assert.ok(bytes);
    return UNPACKERS[coding](bytes).toString();
  };
  try {
    for (const coding of ["br", "gzip"] as const) {
      await write("one", "a { color: red }");
      await write("other", "a { color: blue }");
      assert.equal(await packed("one", coding), "a { color: red }");
      assert.equal(await packed("other", coding), "a { color: blue }");
      assert.equal(await packed("one", coding), "a { color: red }");
      await write("one", "a { color: tan }");
      assert.equal(await packed("one", coding), "a { color: tan }");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
