import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { createLinkSigner } from "../../src/app/delivery/page_message.ts";

const links = createLinkSigner("a secret key of the tests");
const ids = fc.oneof(
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.constant(Number.MAX_SAFE_INTEGER),
);

Deno.test("a link that was signed names what it was signed for, and nothing of the other kind", () => {
  fc.assert(fc.property(ids, (id) => {
    assert.equal(links.verify(links.sign(id)), id);
    assert.equal(links.verifyBundle(links.signBundle(id)), id);
    assert.equal(links.verify(links.signBundle(id)), null);
    assert.equal(links.verifyBundle(links.sign(id)), null);
    // Nor with the other kind's separator, which is no secret.
    const [number, ...mac] = links.sign(id).split("-");
    assert.equal(links.verifyBundle(`${number}.${mac.join("-")}`), null);
  }));
});

Deno.test("a link of another key, another id or with any character changed names nothing", () => {
  const others = createLinkSigner("another secret key");
  fc.assert(
    fc.property(
      ids,
      fc.nat(200),
      fc.constantFrom(..."aZ0-_. "),
      (id, at, by) => {
        for (
          const [sign, verify] of [
            [links.sign, links.verify],
            [links.signBundle, links.verifyBundle],
          ] as const
        ) {
          const token = sign(id);
          const place = at % token.length;
          const changed = token.slice(0, place) + by + token.slice(place + 1);
          if (changed !== token) assert.equal(verify(changed), null);
        }
        assert.equal(links.verifyBundle(others.signBundle(id)), null);
        const [, mac] = links.signBundle(id).split(".");
        assert.equal(
          links.verifyBundle(`${(id % 7) + 1}.${mac}`) === null,
          (id % 7) + 1 !== id,
        );
      },
    ),
  );
});

Deno.test("what nobody signed names nothing", () => {
  for (
    const text of [
      "",
      ".",
      "1.",
      ".aaaaaaaaaaaaaaaa",
      "1.aaaaaaaaaaaaaaaa",
      "zzzzzzzzzzz.aaaaaaaaaaaaaaaa",
      `1.${"é".repeat(16)}`,
      "1".repeat(10_000),
    ]
  ) {
    assert.equal(links.verifyBundle(text), null);
    assert.equal(links.verify(text), null);
  }
});
