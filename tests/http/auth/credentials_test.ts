import assert from "node:assert/strict";
import { readAuthorization } from "../../../src/http/auth/credentials.ts";

function basic(text: string): string {
  return `Basic ${new TextEncoder().encode(text).toBase64()}`;
}

Deno.test("Basic credentials keep colons and letters of every script in the password", () => {
  assert.deepEqual(readAuthorization(basic("maya@example.com:pä:ß")), {
    scheme: "basic",
    user: "maya@example.com",
    password: "pä:ß",
  });
  assert.deepEqual(readAuthorization("bEaReR abc"), {
    scheme: "bearer",
    token: "abc",
  });
});

Deno.test("a header that is broken, foreign or too long holds no credentials", () => {
  for (
    const header of [
      undefined,
      "",
      "Basic",
      "Basic !!!",
      basic("no colon"),
      "Digest username=x",
      "Bearer a b",
      `Bearer ${"a".repeat(9_000)}`,
    ]
  ) {
    assert.equal(
      readAuthorization(header),
      null,
      (header ?? "no header").slice(0, 20),
    );
  }
});
