import assert from "node:assert/strict";
import anyAscii from "any-ascii";
import fc from "npm:fast-check@4.10.2";
import { isGsm7, septets, toGsm7 } from "../../../src/domain/gsm7.ts";
import {
  codeExpiresAtMs,
  codeFrom,
  isPending,
  typedCode,
} from "../../../src/domain/responders/verification.ts";
import {
  codeMail,
  codeMailText,
  codeSmsText,
  codeWhatsAppText,
} from "../../../src/domain/responders/verification_text.ts";

const MINUTE_MS = 60_000;
const code = fc.stringMatching(/^[0-9]{6}$/);

function bytesOf(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

Deno.test("every draw of four bytes is a code of six digits or is thrown away", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
      const drawn = codeFrom(bytes);
      return drawn === null || /^[0-9]{6}$/.test(drawn);
    }),
    { numRuns: 10_000 },
  );
});

Deno.test("each code stands for equally many draws", () => {
  const whole = 4_294 * 1_000_000;
  assert.equal(codeFrom(bytesOf(0)), "000000");
  assert.equal(codeFrom(bytesOf(7)), "000007");
  assert.equal(codeFrom(bytesOf(1_000_000)), "000000");
  assert.equal(codeFrom(bytesOf(whole - 1)), "999999");
  assert.equal(codeFrom(bytesOf(whole)), null);
  assert.equal(codeFrom(bytesOf(2 ** 32 - 1)), null);
});

Deno.test("a code is read with blanks and hyphens in it, and nothing else is a code", () => {
  fc.assert(
    fc.property(code, fc.nat(6), fc.constantFrom("", " ", "-", "  "), (
      digits,
      at,
      gap,
    ) => typedCode(digits.slice(0, at) + gap + digits.slice(at)) === digits),
    { numRuns: 10_000 },
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const read = typedCode(text);
      return read === null || /^[0-9]{6}$/.test(read);
    }),
    { numRuns: 10_000 },
  );
  for (const wrong of ["", "12345", "1234567", "١٢٣٤٥٦", "1e5000", "12345a"]) {
    assert.equal(typedCode(wrong), null, wrong);
  }
});

Deno.test("a code is good until exactly fifteen minutes have passed, for five tries", () => {
  const sentAtMs = 1_800_000_000_000;
  const expiresAtMs = codeExpiresAtMs(sentAtMs);
  assert.equal(expiresAtMs, sentAtMs + 15 * MINUTE_MS);
  assert.ok(isPending({ tries: 4, expiresAtMs }, expiresAtMs - 1));
  assert.ok(!isPending({ tries: 4, expiresAtMs }, expiresAtMs));
  assert.ok(!isPending({ tries: 5, expiresAtMs }, sentAtMs));
});

Deno.test("the text message is one part of GSM-7 that begins with the code", () => {
  fc.assert(
    fc.property(code, fc.string({ unit: "binary" }), (code, responderName) => {
      const facts = { code, validMinutes: 15, responderName };
      const text = codeSmsText(facts);
      assert.ok(text.startsWith(`${code} `));
      assert.ok(isGsm7(text) && septets(text) <= 160, text);
      assert.equal(toGsm7(text, anyAscii), text);
      assert.equal(codeWhatsAppText(facts), text);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("the mail says the code in its text, never in its subject, and survives any name", () => {
  fc.assert(
    fc.property(code, fc.string({ unit: "binary" }), (code, responderName) => {
      const mail = codeMail({ code, validMinutes: 15, responderName });
      assert.ok(!/[0-9]/.test(mail.subject));
      assert.ok(!/[\r\n]/.test(mail.greeting));
      assert.ok(codeMailText(mail).split("\n").includes(code));
      assert.match(codeMailText(mail), /works for 15 minutes/);
    }),
    { numRuns: 1_000 },
  );
});
