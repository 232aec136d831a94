import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { DUTY_REACH_MS, dutyAt } from "../../../src/domain/schedules/duty.ts";
import { onCallAt } from "../../../src/domain/schedules/schedule.ts";
import { layerOf, planOf } from "./plans.ts";

const at = Date.parse;

Deno.test("the duty tells since when, until when, and who comes next", () => {
  const plan = planOf([], { layers: [layerOf()] });
  assert.deepEqual(dutyAt(plan, at("2026-12-01T00:00Z")), {
    responderIds: [2],
    sinceMs: at("2026-11-30T09:00Z"),
    untilMs: at("2026-12-07T09:00Z"),
    next: { atMs: at("2026-12-07T09:00Z"), responderIds: [3] },
  });
});

Deno.test("who comes next comes after the gap that the duty ends with", () => {
  const plan = planOf([
    { responderId: 1, startsAtMs: 0, endsAtMs: 10 },
    { responderId: 1, startsAtMs: 20, endsAtMs: 30 },
    { responderId: 2, startsAtMs: 25, endsAtMs: 30 },
  ]);
  assert.deepEqual(dutyAt(plan, 5), {
    responderIds: [1],
    sinceMs: 0,
    untilMs: 10,
    next: { atMs: 25, responderIds: [2] },
  });
});

Deno.test("beyond a quarter of a year nothing is known", () => {
  const alone = planOf([], { layers: [layerOf({ responderIds: [1] })] });
  assert.deepEqual(dutyAt(alone, at("2027-06-01T00:00Z")), {
    responderIds: [1],
    sinceMs: null,
    untilMs: null,
    next: null,
  });
});

Deno.test("the duty agrees with who is on call, and its edges are where that changes", () => {
  const edge = fc.integer({ min: 0, max: 60 }).map((n) => n * 86_400_000);
  const windows = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 3 }), edge, edge),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(windows, edge, (list, atMs) => {
      const plan = planOf(list.map(([responderId, startsAtMs, endsAtMs]) => ({
        responderId,
        startsAtMs,
        endsAtMs,
      })));
      const duty = dutyAt(plan, atMs);
      const now = duty.responderIds;
      assert.deepEqual(now, onCallAt(plan, atMs));
      const from = duty.sinceMs ?? atMs - DUTY_REACH_MS;
      const to = duty.untilMs ?? atMs + DUTY_REACH_MS;
      assert.ok(from <= atMs && atMs < to);
      for (let each = from; each < to; each += 86_400_000) {
        assert.deepEqual(onCallAt(plan, each), now);
      }
      if (duty.sinceMs !== null) {
        assert.notDeepEqual(onCallAt(plan, duty.sinceMs - 1), now);
      }
      if (duty.untilMs !== null) {
        assert.notDeepEqual(onCallAt(plan, duty.untilMs), now);
      }
      if (duty.next) {
        const then = onCallAt(plan, duty.next.atMs);
        assert.deepEqual(
          duty.next.responderIds,
          then.filter((id) => !now.includes(id)),
        );
      }
    }),
    { numRuns: 2_000 },
  );
});
