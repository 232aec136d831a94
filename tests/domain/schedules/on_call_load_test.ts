import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  monthOf,
  nightOf,
  onCallLoad,
  weekendDayOf,
} from "../../../src/domain/schedules/on_call_load.ts";

const HOUR = 3_600_000;
const at = (text: string, timeZone: string) =>
  Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds;
const london = { name: "Maya", timeZone: "Europe/London" };

function loadOf(
  slots: { atMs: number; pages: number }[],
  timeZone = "Europe/London",
) {
  const load = onCallLoad({
    schedules: [],
    people: new Map([[1, { name: "Maya", timeZone }]]),
    slots: slots.map((slot) => ({ responderId: 1, ...slot })),
    incidents: new Map([[1, 1]]),
  });
  const [one] = load.people;
  assert.ok(one);
  return one;
}

Deno.test("hours are those that pass: a day on which the clock goes back has 25", () => {
  const startsAtMs = at("2026-10-25T00:00", "Europe/London");
  const endsAtMs = at("2026-10-26T00:00", "Europe/London");
  const shift = { startsAtMs, endsAtMs, responderIds: [1], overridden: false };
  const { people } = onCallLoad({
    schedules: [
      { id: 1, name: "Primary", shifts: [shift] },
      {
        id: 2,
        name: "Backup",
        shifts: [{ ...shift, endsAtMs: endsAtMs - HOUR }],
      },
    ] as never,
    people: new Map([[1, london]]),
    slots: [],
    incidents: new Map(),
  });
  assert.equal(people[0]?.onCallMs, 25 * HOUR);
  assert.deepEqual(
    people[0]?.bySchedule.map(({ id, onCallMs }) => [id, onCallMs / HOUR]),
    [[1, 25], [2, 24]],
  );
});

Deno.test("a night runs from 22:00 to 07:00 of the person's own zone and counts once", () => {
  const evening = at("2026-11-20T22:00", "Europe/London");
  const morning = at("2026-11-21T06:45", "Europe/London");
  const { nights, pages, weekendDays } = loadOf([
    { atMs: evening, pages: 3 },
    { atMs: morning, pages: 1 },
  ]);
  assert.deepEqual({ nights, pages, weekendDays }, {
    nights: 1,
    pages: 4,
    weekendDays: 1,
  });
  assert.equal(loadOf([{ atMs: evening, pages: 1 }], "Asia/Tokyo").nights, 0);
  assert.equal(loadOf([{ atMs: morning + HOUR / 4, pages: 1 }]).nights, 0);
});

Deno.test("a month begins at the zone's midnight, and what is no month is none", () => {
  const month = monthOf("2026-10", "Europe/London");
  assert.equal(month?.fromMs, Date.UTC(2026, 8, 30, 23));
  assert.equal(month.toMs, Date.UTC(2026, 10, 1));
  for (const text of ["2026-13", "2026-1", "x", "1999-12", "2026-10-01", ""]) {
    assert.equal(monthOf(text, "UTC"), null, text);
  }
});

Deno.test("nights and weekend days follow the wall clock of every zone", () => {
  const zone = fc.constantFrom(
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Apia",
  );
  const instant = fc.integer({ min: 0, max: Date.UTC(2040, 0, 1) });
  fc.assert(
    fc.property(zone, instant, (timeZone, atMs) => {
      const local = new Date(
        Temporal.Instant.fromEpochMilliseconds(atMs)
          .toZonedDateTimeISO(timeZone).toPlainDateTime().toString() + "Z",
      );
      const evening = new Date(local.getTime() - 7 * HOUR);
      const isNight = local.getUTCHours() >= 22 || local.getUTCHours() < 7;
      assert.equal(
        nightOf(atMs, timeZone),
        isNight ? evening.toISOString().slice(0, 10) : null,
      );
      assert.equal(
        weekendDayOf(atMs, timeZone),
        [0, 6].includes(local.getUTCDay())
          ? local.toISOString().slice(0, 10)
          : null,
      );
    }),
    { numRuns: 10_000 },
  );
});

Deno.test("time on call is the union of the shifts, whatever their order", () => {
  const shift = fc.record({
    from: fc.integer({ min: 0, max: 100 }),
    length: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(
      fc.array(fc.array(shift, { maxLength: 4 }), { maxLength: 3 }),
      (all) => {
        const hours = new Set<number>();
        const schedules = all.map((some, id) => ({
          id,
          name: "",
          shifts: some.map(({ from, length }) => {
            for (let at = from; at < from + length; at++) hours.add(at);
            return {
              startsAtMs: from * HOUR,
              endsAtMs: (from + length) * HOUR,
              responderIds: [1],
            };
          }),
        }));
        const { people } = onCallLoad({
          schedules: schedules as never,
          people: new Map([[1, london]]),
          slots: [],
          incidents: new Map(),
        });
        assert.equal(people[0]?.onCallMs ?? 0, hours.size * HOUR);
      },
    ),
    { numRuns: 10_000 },
  );
});
