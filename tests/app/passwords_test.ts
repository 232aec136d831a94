import assert from "node:assert/strict";
import { parseOptions } from "@node-rs/argon2";
import { passwordProblem } from "../../src/app/accounts/password_rules.ts";
import {
  hashPassword,
  verifyPassword,
} from "../../src/app/accounts/passwords.ts";
import { RefusedError } from "../../src/app/refused_error.ts";

Deno.test("a password is kept as argon2id with at least 19 MiB and two passes", async () => {
  const hash = await hashPassword("seven quiet otters");
  assert.match(hash, /^\$argon2id\$/);
  const { memoryCost, timeCost } = parseOptions(hash);
  assert.ok(memoryCost >= 19_456 && timeCost >= 2);
  assert.ok(await verifyPassword(hash, "seven quiet otters"));
  assert.ok(!await verifyPassword(hash, "seven quiet otter"));
});

Deno.test("for an account that is not there no password is right", async () => {
  assert.equal(await verifyPassword(null, ""), false);
  assert.equal(await verifyPassword(null, "seven quiet otters"), false);
});

Deno.test("a password beyond the longest is wrong even when its beginning is right", async () => {
  const longest = "k".repeat(1_024);
  const hash = await hashPassword(longest);
  assert.ok(await verifyPassword(hash, longest));
  assert.ok(!await verifyPassword(hash, `${longest}x`));
});

Deno.test("a flood of logins is refused as busy instead of taking all memory", async () => {
  const attempts = Array.from(
    { length: 80 },
    () =>
      verifyPassword(null, "x").then(
        () => "checked",
        (error) => error instanceof RefusedError ? error.kind : "broken",
      ),
  );
  const outcomes = await Promise.all(attempts);
  assert.equal(outcomes.filter((o) => o === "busy").length, 12);
  assert.equal(outcomes.filter((o) => o === "checked").length, 68);
});

Deno.test("short, obvious and telling passwords are refused in words", () => {
  const email = "maya.lind@example.com";
  for (
    const password of [
      "short",
      "elevenchars",
      "password1234",
      "Password-1234!",
      "qwertyuiop12",
      "aaaaaaaaaaaa",
      "abababababab",
      "123456789012",
      "0123456789012",
      "adminpagerpal1",
      "maya.lind@example.com",
      "xx-MAYA.LIND-xx",
      "x".repeat(1_025),
    ]
  ) {
    assert.equal(typeof passwordProblem(password, email), "string", password);
  }
  for (
    const password of ["seven quiet otters", "пароль от дома", "k7#Vw2!pQz9@"]
  ) {
    assert.equal(passwordProblem(password, email), null, password);
  }
});
