import assert from "node:assert/strict";
import {
  type CheckedKey,
  createCheckKey,
} from "../../src/app/intake/check_key.ts";
import { newSourceKey, sha256Hex } from "../../src/app/secrets.ts";
import type { SourceWithPolicy } from "../../src/ports/directory_repositories.ts";

const KEY = newSourceKey((length) => new Uint8Array(length).fill(7)).text;
const SAME_PUBLIC_PART = `${KEY.slice(0, -1)}z`;

/** A check of keys, one of which is that of a source, and what it asks for. */
function checking() {
  const asked: string[] = [];
  const state = { id: 1, enabled: true, retryAfterMs: 0 };
  const found = Promise.withResolvers<void>();
  found.resolve();
  const desk = { asked, state, found };
  const checkKey = createCheckKey({
    async findSource(keyId) {
      asked.push("source");
      await desk.found.promise;
      const { id, enabled } = state;
      const known = keyId === KEY.slice(2, 10);
      return known
        ? {
          source: { id, enabled, keyHash: sha256Hex(KEY) },
        } as SourceWithPolicy
        : null;
    },
    takeToken(sourceId) {
      asked.push(`token of ${sourceId}`);
      return Promise.resolve({ retryAfterMs: state.retryAfterMs });
    },
  });
  return Object.assign(desk, { checkKey });
}

function shown(checked: CheckedKey | null) {
  return checked && [checked.origin.source.id, checked.retryAfterMs];
}

Deno.test("a key that was right before takes its token while it is looked up", async () => {
  const desk = checking();
  assert.deepEqual(shown(await desk.checkKey(KEY)), [1, 0]);
  assert.deepEqual(desk.asked.splice(0), ["source", "token of 1"]);
  desk.found = Promise.withResolvers();
  desk.state.retryAfterMs = 500;
  const checked = desk.checkKey(KEY);
  assert.deepEqual(desk.asked.splice(0), ["token of 1", "source"]);
  desk.found.resolve();
  assert.deepEqual(shown(await checked), [1, 500]);
  assert.deepEqual(desk.asked, []);
});

Deno.test("who does not hold the whole key takes no token, whoever came before", async () => {
  const desk = checking();
  await desk.checkKey(KEY);
  desk.asked.splice(0);
  for (const wrong of [SAME_PUBLIC_PART, "", "pp", KEY.slice(2, 10)]) {
    assert.equal(await desk.checkKey(wrong), null);
    assert.equal(await desk.checkKey(wrong), null);
  }
  assert.deepEqual(desk.asked, Array(8).fill("source"));
});

Deno.test("a key that is no longer good is refused at once and forgotten", async () => {
  const desk = checking();
  await desk.checkKey(KEY);
  desk.state.enabled = false;
  assert.equal(await desk.checkKey(KEY), null);
  desk.asked.splice(0);
  assert.equal(await desk.checkKey(KEY), null);
  assert.deepEqual(desk.asked, ["source"]);
});

Deno.test("a key that has come to be another source's takes that one's token", async () => {
  const desk = checking();
  await desk.checkKey(KEY);
  desk.asked.splice(0);
  desk.state.id = 2;
  assert.deepEqual(shown(await desk.checkKey(KEY)), [2, 0]);
  assert.deepEqual(desk.asked, ["token of 1", "source", "token of 2"]);
});
