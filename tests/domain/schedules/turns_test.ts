import assert from "node:assert/strict";
import type { Rotation } from "../../../src/domain/schedules/rotation.ts";
import { turnsIn } from "../../../src/domain/schedules/turns.ts";
import { wallClockOf } from "../../../src/domain/time/wall_clock.ts";
import { zoneClock } from "../../../src/domain/time/zone_clock.ts";
import { rotationOf } from "./plans.ts";

const WEEKDAYS = [1, 2, 3, 4, 5].map((day) => ({
  fromDay: day,
  fromTime: "09:00",
  toDay: day,
  toTime: "17:00",
}));

/** The turns as the zone's wall clock shows them: "1 2026-11-23T09:00 2026-11-30T09:00". */
function told(
  rotation: Rotation,
  { from, to, timeZone = "Europe/London" }: {
    from: string;
    to: string;
    timeZone?: string;
  },
): string[] {
  const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  return turnsIn(rotation, zoneClock(timeZone), range).map((turn) =>
    [
      turn.responderId,
      wallClockOf(turn.startsAtMs, timeZone),
      wallClockOf(turn.endsAtMs, timeZone),
    ].join(" ")
  );
}

Deno.test("turns follow each other in order, and a handoff stays at its time when the clocks change", () => {
  const rotation = rotationOf({ startsAt: "2026-10-12T09:00" });
  assert.deepEqual(
    told(rotation, { from: "2026-10-01T00:00Z", to: "2026-11-09T00:00Z" }),
    [
      "1 2026-10-12T09:00 2026-10-19T09:00",
      "2 2026-10-19T09:00 2026-10-26T09:00",
      "3 2026-10-26T09:00 2026-11-02T09:00",
      "1 2026-11-02T09:00 2026-11-09T00:00",
    ],
  );
});

Deno.test("a start between two handoffs makes the first turn shorter, and an end cuts the last", () => {
  const rotation = rotationOf({
    period: { unit: "weeks", count: 2 },
    startsAt: "2026-11-25T12:00",
    endsAt: "2026-12-22T00:00",
  });
  assert.deepEqual(
    told(rotation, { from: "2026-11-01T00:00Z", to: "2027-02-01T00:00Z" }),
    [
      "1 2026-11-25T12:00 2026-12-07T09:00",
      "2 2026-12-07T09:00 2026-12-21T09:00",
      "3 2026-12-21T09:00 2026-12-22T00:00",
    ],
  );
});

Deno.test("the first member begins, whatever the hour of the start is", () => {
  const rotation = rotationOf({
    period: { unit: "hours", count: 12 },
    handoff: { time: "08:00", weekday: 1, dayOfMonth: 1 },
    startsAt: "2026-11-23T06:00",
  });
  assert.deepEqual(
    told(rotation, { from: "2026-11-23T00:00Z", to: "2026-11-24T00:00Z" }),
    [
      "1 2026-11-23T06:00 2026-11-23T08:00",
      "2 2026-11-23T08:00 2026-11-23T20:00",
      "3 2026-11-23T20:00 2026-11-24T00:00",
    ],
  );
});

Deno.test("a month without the handoff's day hands off on its last day", () => {
  const rotation = rotationOf({
    period: { unit: "months", count: 1 },
    handoff: { time: "00:00", weekday: 1, dayOfMonth: 31 },
    startsAt: "2027-01-31T00:00",
  });
  assert.deepEqual(
    told(rotation, { from: "2027-01-31T00:00Z", to: "2027-04-30T23:00Z" }),
    [
      "1 2027-01-31T00:00 2027-02-28T00:00",
      "2 2027-02-28T00:00 2027-03-31T00:00",
      "3 2027-03-31T00:00 2027-04-30T00:00",
      "1 2027-04-30T00:00 2027-05-01T00:00",
    ],
  );
});

Deno.test("with turns of on-duty time nobody's turn passes on a weekend", () => {
  const daily = {
    period: { unit: "days", count: 1 },
    handoff: { time: "00:00", weekday: 1, dayOfMonth: 1 },
    startsAt: "2026-11-26T00:00",
    restrictions: WEEKDAYS,
  } as const;
  const range = { from: "2026-11-26T00:00Z", to: "2026-12-02T00:00Z" };
  const who = (turnCounts: Rotation["turnCounts"]) =>
    told(rotationOf({ ...daily, restrictions: WEEKDAYS, turnCounts }), range)
      .map((line) => line.slice(0, 12));
  assert.deepEqual(who("calendar_time"), [
    "1 2026-11-26",
    "2 2026-11-27",
    "2 2026-11-30",
    "3 2026-12-01",
  ]);
  assert.deepEqual(who("on_duty_time"), [
    "1 2026-11-26",
    "2 2026-11-27",
    "3 2026-11-30",
    "1 2026-12-01",
  ]);
});

Deno.test("a restriction may last over midnight and over the end of the week", () => {
  const weekend = {
    fromDay: 5,
    fromTime: "18:00",
    toDay: 1,
    toTime: "08:00",
  };
  const rotation = rotationOf({ restrictions: [weekend] });
  assert.deepEqual(
    told(rotation, { from: "2026-11-23T00:00Z", to: "2026-12-06T00:00Z" }),
    [
      "1 2026-11-27T18:00 2026-11-30T08:00",
      "2 2026-12-04T18:00 2026-12-06T00:00",
    ],
  );
});

Deno.test("a handoff on the day that Apia skipped comes when the clock goes on", () => {
  const rotation = rotationOf({
    period: { unit: "days", count: 1 },
    startsAt: "2011-12-28T09:00",
  });
  assert.deepEqual(
    told(rotation, {
      from: "2011-12-28T19:00Z",
      to: "2012-01-01T10:00Z",
      timeZone: "Pacific/Apia",
    }),
    [
      "1 2011-12-28T09:00 2011-12-29T09:00",
      "2 2011-12-29T09:00 2011-12-31T00:00",
      "3 2011-12-31T00:00 2011-12-31T09:00",
      "1 2011-12-31T09:00 2012-01-01T09:00",
      "2 2012-01-01T09:00 2012-01-02T00:00",
    ],
  );
});
