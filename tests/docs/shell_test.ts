import assert from "node:assert/strict";
import { fencesByFile } from "./fences.ts";
import { isTested, runBlocks, whereIs } from "./shell.ts";

/** What a reader does one after the other, with one PagerPal. */
const READ = [
  "README.md",
  "docs/integrations/http.md",
  "docs/backup.md",
  "docs/operator-guide.md",
];

const FENCES = fencesByFile();
const tools = await Promise.all(["bash", "curl", "jq"].map(whereIs));

Deno.test("every file with blocks that are marked as tested is among those that are read", () => {
  const marked = [...FENCES].filter(([, fences]) => fences.some(isTested));
  assert.deepEqual(marked.map(([file]) => file).sort(), [...READ].sort());
});

Deno.test({
  name:
    "the shell blocks of README.md and of the guides do what they say, one after the other",
  ignore: tools.includes(""),
  async fn() {
    const blocks = READ.flatMap((file) =>
      (FENCES.get(file) ?? []).filter(isTested)
    );
    assert.ok(blocks.length >= 10);
    const { code, out, err } = await runBlocks(blocks);
    assert.equal(code, 0, `${out}\n${err}`);
    // What README.md promises of them.
    assert.match(out, /"status": "suppressed"/);
    assert.match(out, /^"acknowledged"$/m);
  },
});
