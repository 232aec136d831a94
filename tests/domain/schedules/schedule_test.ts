import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  gaps,
  onCallAt,
  type PlanWindow,
  shifts,
} from "../../../src/domain/schedules/schedule.ts";
import { planOf } from "./plans.ts";

function entry(
  responderId: number,
  startsAtMs: number,
  endsAtMs: number,
): PlanWindow {
  return {
    id: 0,
    replacesResponderId: null,
    responderId,
    kind: "entry",
    startsAtMs,
    endsAtMs,
  };
}
const override = (...args: Parameters<typeof entry>): PlanWindow => ({
  ...entry(...args),
  kind: "override",
});

Deno.test("a window begins at its start and is over at its end", () => {
  const windows = planOf([entry(1, 10, 20)]);
  assert.deepEqual([9, 10, 19, 20].map((at) => onCallAt(windows, at).length), [
    0,
    1,
    1,
    0,
  ]);
});

Deno.test("an override beats the entries, and only while it lasts", () => {
  const windows = planOf([entry(1, 0, 100), override(2, 40, 60)]);
  assert.deepEqual(shifts(windows, 0, 100), [
    { startsAtMs: 0, endsAtMs: 40, responderIds: [1], overridden: false },
    { startsAtMs: 40, endsAtMs: 60, responderIds: [2], overridden: true },
    { startsAtMs: 60, endsAtMs: 100, responderIds: [1], overridden: false },
  ]);
});

Deno.test("entries that overlap put everybody on call, each once", () => {
  assert.deepEqual(
    onCallAt(planOf([entry(2, 0, 9), entry(1, 0, 9), entry(2, 3, 9)]), 5),
    [1, 2],
  );
});

Deno.test("an empty range has no shifts", () => {
  assert.deepEqual(shifts(planOf([entry(1, 0, 9)]), 5, 5), []);
});

const windows = fc.array(
  fc.record({
    responderId: fc.integer({ min: 1, max: 4 }),
    kind: fc.constantFrom<PlanWindow["kind"]>("entry", "override"),
    startsAtMs: fc.integer({ min: 0, max: 50 }),
    length: fc.integer({ min: 1, max: 30 }),
  }).map(({ length, ...rest }) => ({
    ...rest,
    endsAtMs: rest.startsAtMs + length,
  })),
  { maxLength: 8 },
).map((all) => planOf(all));

Deno.test("property: shifts tile the range and say what onCallAt says; gaps are where nobody is", () => {
  fc.assert(
    fc.property(
      windows,
      fc.integer({ min: -5, max: 40 }),
      fc.integer({ min: 1, max: 60 }),
      (all, from, length) => {
        const to = from + length;
        const tiles = shifts(all, from, to);
        const empty = gaps(all, from, to);
        assert.equal(tiles[0]?.startsAtMs, from);
        assert.equal(tiles.at(-1)?.endsAtMs, to);
        tiles.forEach((tile, index) => {
          assert.ok(tile.startsAtMs < tile.endsAtMs);
          const next = tiles[index + 1];
          if (next) {
            assert.equal(next.startsAtMs, tile.endsAtMs);
            assert.notDeepEqual([next.responderIds, next.overridden], [
              tile.responderIds,
              tile.overridden,
            ]);
          }
        });
        for (let at = from; at < to; at++) {
          const tile = tiles.find((one) =>
            one.startsAtMs <= at && at < one.endsAtMs
          );
          assert.deepEqual(tile?.responderIds, onCallAt(all, at));
          const inGap = empty.some((one) =>
            one.startsAtMs <= at && at < one.endsAtMs
          );
          assert.equal(inGap, onCallAt(all, at).length === 0);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("however many events of a calendar overlap, everybody with one is on call, and nobody else", () => {
  const hour = fc.integer({ min: 0, max: 40 });
  const event = fc.record({
    responderId: fc.integer({ min: 1, max: 3 }),
    from: hour,
    hours: fc.integer({ min: 0, max: 12 }),
  }).map(({ responderId, from, hours }) => ({
    responderId,
    startsAtMs: from * 3_600_000,
    endsAtMs: (from + hours) * 3_600_000,
  }));
  fc.assert(fc.property(
    fc.array(event, { maxLength: 30 }),
    fc.array(event, { maxLength: 3 }),
    hour,
    (windows, entries, at) => {
      const layer = {
        ...{ id: 1, name: "Elsewhere", kind: "calendar" as const },
        windows,
      };
      const atMs = at * 3_600_000;
      const there = (all: typeof windows) =>
        [
          ...new Set(
            all.filter(({ startsAtMs, endsAtMs }) =>
              startsAtMs <= atMs && atMs < endsAtMs
            ).map(({ responderId }) => responderId),
          ),
        ].sort();
      const above = there(entries);
      assert.deepEqual(
        onCallAt(planOf(entries, { layers: [layer] }), atMs),
        above.length > 0 ? above : there(windows),
      );
    },
  ));
});
