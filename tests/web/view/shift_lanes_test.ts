import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { type ScheduleEntry, shifts } from "../../../src/domain/schedule.ts";
import { planOf } from "../../domain/plans.ts";
import { gapWords } from "../../../src/web/view/gap_words.ts";
import { midnights, shiftLanes } from "../../../src/web/view/shift_lanes.ts";

const HOUR_MS = 3_600_000;
const NAMES = new Map([[1, "Maya"], [2, "Idris"]]);

function viewAt(text: string, timeZone: string) {
  return { nowMs: Date.parse(text), timeZone };
}

Deno.test("the day on which the clocks change is as wide as any other", () => {
  const view = viewAt("2026-10-24T10:00Z", "Europe/London");
  const edges = midnights(view, 14);
  assert.equal((edges[2] ?? 0) - (edges[1] ?? 0), 25 * HOUR_MS);
  const tiles = shifts(planOf([]), edges[0] ?? 0, edges.at(-1) ?? 0);
  const picture = shiftLanes(tiles, { edges, names: NAMES, view });
  assert.deepEqual(picture.lanes.map(({ name, bars }) => [name, bars]), [
    ["Nobody", [{ x: 0, width: 1_400, overridden: false }]],
  ]);
  assert.deepEqual(picture.days.slice(0, 2), [
    { weekday: "Sa", date: "24", today: true, weekend: true },
    { weekday: "Su", date: "25", today: false, weekend: true },
  ]);
  // Eleven in London, of a day of 24 hours.
  assert.equal(picture.nowX, Math.round(11 / 24 * 10_000) / 100);
});

Deno.test("whatever the entries are, every instant is in somebody's bar or in the lane of nobody", () => {
  const view = viewAt("2026-03-28T10:00Z", "Europe/Berlin");
  const edges = midnights(view, 14);
  const [from = 0] = edges;
  const to = edges.at(-1) ?? 0;
  const window = fc.record({
    responderId: fc.constantFrom(1, 2),
    kind: fc.constantFrom<ScheduleEntry["kind"]>("entry", "override"),
    startsAtMs: fc.integer({ min: -48, max: 330 }).map((h) =>
      from + h * HOUR_MS
    ),
    hours: fc.integer({ min: 1, max: 200 }),
  }).map(({ hours, ...rest }) => ({
    ...rest,
    endsAtMs: rest.startsAtMs + hours * HOUR_MS,
  }));
  fc.assert(fc.property(fc.array(window, { maxLength: 8 }), (windows) => {
    const picture = shiftLanes(shifts(planOf(windows), from, to), {
      edges,
      names: NAMES,
      view,
    });
    for (let x = 0.5; x < picture.width; x += 7) {
      const inside = picture.lanes.filter(({ bars }) =>
        bars.some((bar) => bar.x <= x && x < bar.x + bar.width)
      );
      assert.ok(inside.length > 0, `nothing at ${x}`);
      assert.ok(inside.length === 1 || inside.every(({ gap }) => !gap));
    }
  }));
});

Deno.test("gaps are told in words", () => {
  const view = viewAt("2026-11-23T10:00Z", "UTC");
  const looked = {
    fromMs: view.nowMs,
    untilMs: view.nowMs + 14 * 24 * HOUR_MS,
    words: "the next 14 days",
  };
  const gap = (from: number, to: number) => ({
    startsAtMs: view.nowMs + from * HOUR_MS,
    endsAtMs: view.nowMs + to * HOUR_MS,
    responderIds: [],
    overridden: false,
  });
  const words = (...gaps: ReturnType<typeof gap>[]) =>
    gapWords(gaps, looked, view).replaceAll("\u00A0", " ");
  assert.equal(words(), "No gap in the next 14 days.");
  assert.equal(
    words(gap(0, 14 * 24)),
    "Nobody is on call in the next 14 days.",
  );
  assert.equal(
    words(gap(0, 2)),
    "Nobody is on call now and until 12:00.",
  );
  assert.equal(
    words(gap(24, 32), gap(60, 61), gap(100, 101)),
    "Nobody is on call from Tue 10:00 to Tue 18:00 (8 h), and in 2 more gaps.",
  );
  assert.equal(
    words(gap(24, 14 * 24)),
    "Nobody is on call from Tue 10:00 on.",
  );
});
