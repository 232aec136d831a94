import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  dayAndTime,
  type HandoffContext,
  handoffDraft,
  partAt,
  partsOf,
} from "../../../src/domain/notices/handoff_notice.ts";
import {
  handoffsIn,
  onCallAt,
} from "../../../src/domain/schedules/schedule.ts";
import { layerOf, planOf } from "../schedules/plans.ts";

const DAY_MS = 86_400_000;
const NAMES = new Map([[1, "Maya"], [2, "Jonas"], [3, "Idris"]]);

function contextOf(
  plan: HandoffContext["plan"],
  timeZones: [number, string][] = [],
): HandoffContext {
  return {
    schedule: { id: 4, name: "Payments primary" },
    leadMs: 15 * 60_000,
    plan,
    names: NAMES,
    timeZones: new Map(timeZones),
    link: "https://pager.example.com/schedules/4",
  };
}

Deno.test("a shift's beginning and end are told in the person's own zone, with who is before and after", () => {
  const layers = [layerOf()];
  const plan = planOf([], { timeZone: "Europe/London", layers });
  const [, second] = handoffsIn(
    plan,
    Date.UTC(2026, 10, 23),
    Date.UTC(2026, 11, 2),
  );
  assert.ok(second);
  const context = contextOf(plan, [[1, "Asia/Kolkata"]]);
  const drafts = partsOf(second).map((part) => handoffDraft(part, context));
  assert.deepEqual(drafts.map(({ responderId, text }) => [responderId, text]), [
    [
      2,
      "Your shift on Payments primary begins Mon 30 Nov 09:00 (Europe/London) until Mon 7 Dec 09:00. Before you: Maya.",
    ],
    [
      1,
      "Your shift on Payments primary ends Mon 30 Nov 14:30 (Asia/Kolkata). After you: Jonas.",
    ],
  ]);
  assert.equal(drafts[0]?.dueAtMs, second.atMs - 15 * 60_000);
});

Deno.test("a handoff is told at its wall-clock time on both sides of a clock change", () => {
  const layers = [layerOf({ startsAt: "2026-10-12T09:00" })];
  const plan = planOf([], { timeZone: "Europe/London", layers });
  // The clocks went back on Sunday 25 October 2026.
  const handoffs = handoffsIn(
    plan,
    Date.UTC(2026, 9, 13),
    Date.UTC(2026, 10, 3),
  );
  const context = contextOf(plan, [1, 2, 3].map((id) => [id, "Europe/London"]));
  const texts = handoffs.flatMap(partsOf)
    .filter(({ edge }) => edge === "start")
    .map((part) => handoffDraft(part, context).text);
  assert.deepEqual(texts.map((text) => / begins (.*?) \(/.exec(text)?.[1]), [
    "Mon 19 Oct 09:00",
    "Mon 26 Oct 09:00",
    "Mon 2 Nov 09:00",
  ]);
  assert.match(texts[0] ?? "", /until Mon 26 Oct 09:00/);
  assert.equal(handoffs[1]?.atMs, Date.UTC(2026, 9, 26, 9));
  assert.equal(handoffs[0]?.atMs, Date.UTC(2026, 9, 19, 8));
  assert.equal(
    dayAndTime(Date.UTC(2026, 10, 23, 9), "UTC"),
    "Mon 23 Nov 09:00",
  );
});

Deno.test("whoever goes on or off call has exactly one part in the handoff, whoever stays has none", () => {
  const id = fc.integer({ min: 1, max: 4 });
  const windows = fc.array(
    fc.record({
      responderId: id,
      start: fc.integer({ min: 0, max: 10 }),
      days: fc.integer({ min: 1, max: 6 }),
    }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(windows, (rows) => {
      const plan = planOf(rows.map(({ responderId, start, days }) => ({
        responderId,
        startsAtMs: start * DAY_MS,
        endsAtMs: (start + days) * DAY_MS,
      })));
      for (let day = 0; day <= 17; day++) {
        const atMs = day * DAY_MS;
        const before = onCallAt(plan, atMs - 1);
        const after = onCallAt(plan, atMs);
        for (const responderId of [1, 2, 3, 4]) {
          const was = before.includes(responderId);
          const is = after.includes(responderId);
          const at = { atMs, responderId };
          const starts = partAt(plan, { ...at, edge: "start" });
          const ends = partAt(plan, { ...at, edge: "end" });
          assert.equal(starts !== null, !was && is);
          assert.equal(ends !== null, was && !is);
        }
      }
    }),
    { numRuns: 10_000 },
  );
});
