import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  draftPlan,
  dutyChanges,
  type LayersChange,
} from "../../../src/domain/schedules/draft_plan.ts";
import { onCallAt, shifts } from "../../../src/domain/schedules/schedule.ts";
import { layerOf, planOf } from "./plans.ts";

const PRIMARY = layerOf({ responderIds: [1, 2] }, { id: 1 });
const NIGHTS = layerOf({ responderIds: [3] }, { id: 2 });
const PLAN = planOf([], { layers: [PRIMARY, NIGHTS] });
const FROM = Date.parse("2026-11-23T00:00Z");
const WEEK = 7 * 86_400_000;

function idsAfter(change: LayersChange): number[] {
  return draftPlan(PLAN, change).layers.map(({ id }) => id);
}

Deno.test("a layer that is added comes on top, a changed one stays where it stands, a removed one is gone", () => {
  const before = structuredClone(PLAN);
  const other = layerOf({ responderIds: [4] }, { id: 1 });
  assert.deepEqual(
    idsAfter({ kind: "add", layer: layerOf({}, { id: 9 }) }),
    [1, 2, 9],
  );
  assert.deepEqual(draftPlan(PLAN, { kind: "change", layer: other }).layers, [
    other,
    NIGHTS,
  ]);
  assert.deepEqual(idsAfter({ kind: "remove", layerId: 1 }), [2]);
  assert.deepEqual(idsAfter({ kind: "order", layerIds: [2, 1] }), [2, 1]);
  assert.deepEqual(idsAfter({ kind: "remove", layerId: 77 }), [1, 2]);
  assert.deepEqual(PLAN, before);
});

Deno.test("the change tells from when to when who is on call instead of whom", () => {
  const after = draftPlan(PLAN, { kind: "remove", layerId: 2 });
  const range = [FROM, FROM + 3 * WEEK] as const;
  assert.deepEqual(
    dutyChanges(shifts(PLAN, ...range), shifts(after, ...range)),
    [
      {
        startsAtMs: Date.parse("2026-11-23T09:00Z"),
        endsAtMs: Date.parse("2026-11-30T09:00Z"),
        before: [3],
        after: [1],
      },
      {
        startsAtMs: Date.parse("2026-11-30T09:00Z"),
        endsAtMs: Date.parse("2026-12-07T09:00Z"),
        before: [3],
        after: [2],
      },
      {
        startsAtMs: Date.parse("2026-12-07T09:00Z"),
        endsAtMs: FROM + 3 * WEEK,
        before: [3],
        after: [1],
      },
    ],
  );
  const same = shifts(PLAN, ...range);
  assert.deepEqual(dutyChanges(same, same), []);
});

Deno.test("the changes are where the two plans disagree, and nowhere else", () => {
  const edge = fc.integer({ min: 0, max: 40 });
  const plan = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), edge, edge))
    .map((windows) =>
      planOf(windows.map(([responderId, startsAtMs, endsAtMs]) => ({
        responderId,
        startsAtMs,
        endsAtMs,
      })))
    );
  fc.assert(
    fc.property(plan, plan, (one, other) => {
      const changes = dutyChanges(shifts(one, 0, 40), shifts(other, 0, 40));
      for (let atMs = 0; atMs < 40; atMs++) {
        const change = changes.find((c) =>
          c.startsAtMs <= atMs && atMs < c.endsAtMs
        );
        const [before, after] = [onCallAt(one, atMs), onCallAt(other, atMs)];
        if (change) {
          assert.deepEqual([change.before, change.after], [before, after]);
        }
        assert.equal(change !== undefined, before.join() !== after.join());
      }
      for (const [index, change] of changes.entries()) {
        const next = changes[index + 1];
        if (next?.startsAtMs !== change.endsAtMs) continue;
        assert.notDeepEqual(
          [next.before, next.after],
          [change.before, change.after],
        );
      }
    }),
    { numRuns: 2_000 },
  );
});
