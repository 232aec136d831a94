import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  apiTokenId,
  maskedSourceKey,
  newApiToken,
  newSourceKey,
  sameHash,
  sameSecret,
  sha256Hex,
  sourceKeyId,
} from "../../src/app/secrets.ts";

const randomBytes = (length: number) =>
  crypto.getRandomValues(new Uint8Array(length));

Deno.test("a source key is pp and 30 letters or digits, and tells its public id", () => {
  for (let i = 0; i < 50; i++) {
    const key = newSourceKey(randomBytes);
    assert.match(key.text, /^pp[A-Za-z0-9]{30}$/);
    assert.equal(sourceKeyId(key.text), key.publicId);
    assert.equal(key.hash, sha256Hex(key.text));
    const masked = maskedSourceKey(key.publicId);
    assert.equal(masked.length, key.text.length);
    assert.ok(!masked.includes(key.text.slice(10)));
  }
});

Deno.test("an API token is ppt_ and 40 letters or digits, and tells its public id", () => {
  const token = newApiToken(randomBytes);
  assert.match(token.text, /^ppt_[A-Za-z0-9]{40}$/);
  assert.equal(apiTokenId(token.text), token.publicId);
});

Deno.test("no character of the alphabet is favoured: bytes above its last multiple are thrown away", () => {
  const bytes = [255, 254, 253, 252, 251, 250, 249, 248, 247, 0];
  const key = newSourceKey((length) =>
    Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length] ?? 0)
  );
  assert.match(key.text, /^pp[9A]{30}$/);
});

Deno.test("a text that is no key has no public id", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      if (/^pp[A-Za-z0-9]{30}$/.test(text)) return;
      assert.equal(sourceKeyId(text), null);
      assert.equal(apiTokenId(text), null);
    }),
  );
});

Deno.test("secrets are the same only when every character is", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
    assert.equal(sameSecret(a, b), a === b);
    assert.ok(sameSecret(a, a));
  }));
});

Deno.test("hashes are the same where every digit is, and what has another length is none", () => {
  const hash = sha256Hex("a");
  assert.ok(sameHash(hash, sha256Hex("a")));
  assert.ok(!sameHash(hash, sha256Hex("b")));
  assert.ok(!sameHash(hash, hash.slice(1)));
  assert.ok(!sameHash("", hash));
});
