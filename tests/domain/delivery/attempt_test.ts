import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  backoffMs,
  RETRY_LIMITS,
} from "../../../src/domain/delivery/attempt.ts";

Deno.test("property: the backoff is whole, within its ceiling, and grows no further than the cap", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, random) => {
        const ms = backoffMs(attempt, () => random);
        assert.ok(Number.isInteger(ms) && ms >= 0);
        assert.ok(ms <= RETRY_LIMITS.capMs);
        assert.ok(ms <= RETRY_LIMITS.baseMs * 2 ** (attempt - 1));
      },
    ),
  );
});
