import assert from "node:assert/strict";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { ManifestSchema } from "../../scripts/docs/manifest.ts";
import { ROOT } from "./built.ts";

async function build(out: string): Promise<{ code: number; err: string }> {
  const [, ...command] = config.tasks["docs:build"].command.split(" ");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...command, "--out", out],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).output();
  return { code, err: new TextDecoder().decode(stderr) };
}

Deno.test("the task writes the site and its manifest, in the place of an earlier one and of nothing else", async () => {
  const folder = await Deno.makeTempDir({ prefix: "pagerpal_site_" });
  try {
    const theirs = join(folder, "theirs.txt");
    await Deno.writeTextFile(theirs, "kept");
    const refused = await build(folder);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /holds something that is no site/);
    assert.equal(await Deno.readTextFile(theirs), "kept");

    const out = join(folder, "site");
    await Deno.mkdir(out);
    await Deno.writeTextFile(join(out, "manifest.json"), "{}");
    await Deno.writeTextFile(join(out, "old.html"), "old");
    const { code, err } = await build(out);
    assert.equal(code, 0, err);
    const manifest = ManifestSchema.parse(
      JSON.parse(await Deno.readTextFile(join(out, "manifest.json"))),
    );
    assert.equal(manifest.audience, "customer");
    const written = await Array.fromAsync(Deno.readDir(out));
    assert.ok(!written.some(({ name }) => name === "old.html"));
    for (const { path, bytes } of manifest.files) {
      assert.equal((await Deno.stat(join(out, path))).size, bytes, path);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
