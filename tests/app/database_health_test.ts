import assert from "node:assert/strict";
import { createDatabaseHealth } from "../../src/app/database_health.ts";
import {
  StoreUnavailableError,
  type UnavailableReason,
} from "../../src/ports/store.ts";

function watched() {
  const held = { nowMs: 1_000_000, back: 0 };
  const health = createDatabaseHealth({
    clock: () => held.nowMs,
    onBack: () => held.back++,
  });
  const fail = (reason: UnavailableReason) =>
    health.unavailable(new StoreUnavailableError("No.", { reason }));
  return { held, health, fail };
}

Deno.test("a database that fails has a problem in words until something is committed again, and that is told once", () => {
  const { held, health, fail } = watched();
  assert.equal(health.problem(), null);
  fail("unreachable");
  fail("unreachable");
  assert.equal(health.problem(), "The database cannot be reached.");
  fail("read_only");
  assert.match(health.problem() ?? "", /read-only/);
  health.committed({ durable: false });
  assert.equal(health.problem(), null);
  health.committed({ durable: true });
  assert.equal(held.back, 1);
});

Deno.test("a full database is not well because a write passes that needs no room", () => {
  const { held, health, fail } = watched();
  fail("full");
  health.committed({ durable: true });
  assert.match(health.problem() ?? "", /no space/, "some room was left");
  assert.equal(held.back, 1, "what waits may try");
  held.nowMs += 3_001;
  health.committed({ durable: false });
  assert.match(health.problem() ?? "", /no space/, "it needed no room");
  assert.equal(held.back, 1);
  health.committed({ durable: true });
  assert.equal(health.problem(), null);
  assert.equal(held.back, 2);
  fail("full");
  held.nowMs += 30_001;
  assert.equal(health.problem(), null, "nobody has tried for long");
});
