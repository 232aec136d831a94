import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { readingOf } from "../../../src/domain/time/reading.ts";
import { instantOf, wallTimeOf } from "../../../src/domain/time/wall_clock.ts";
import { zoneClock } from "../../../src/domain/time/zone_clock.ts";

const DAY_MS = 86_400_000;

/** Zones whose clocks have changed by an hour, half an hour, two hours, a whole day, twice within days, or never. */
const zone = fc.constantFrom(
  "Europe/London",
  "America/New_York",
  "Australia/Lord_Howe",
  "Antarctica/Troll",
  "Asia/Kolkata",
  "Africa/Casablanca",
  "Pacific/Apia",
  "Pacific/Kwajalein",
  "Asia/Gaza",
  "UTC",
  "+05:30",
);

/** Half of the instants lie within two days of a change of the clock. */
const place = zone.chain((timeZone) =>
  fc.record({
    timeZone: fc.constant(timeZone),
    atMs: fc.oneof(
      instant(),
      fc.tuple(instant(), fc.integer({ min: -48 * 4, max: 48 * 4 }))
        .map(([atMs, quarters]) => {
          const change = Temporal.Instant.fromEpochMilliseconds(atMs)
            .toZonedDateTimeISO(timeZone).getTimeZoneTransition("next");
          return (change?.epochMilliseconds ?? atMs) + quarters * 900_000;
        }),
    ),
  })
);

function instant(): fc.Arbitrary<number> {
  return fc.integer({
    min: Date.UTC(1969, 0) / 60_000,
    max: Date.UTC(2060, 0) / 60_000,
  }).map((minutes) => minutes * 60_000);
}

Deno.test("property: a zone's clock shows what Temporal says at every instant", () => {
  fc.assert(
    fc.property(place, ({ timeZone, atMs }) => {
      assert.equal(
        zoneClock(timeZone).readingAt(atMs),
        readingOf(wallTimeOf(atMs, timeZone)),
      );
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("property: a zone's clock finds the instants that Temporal does, whatever it was asked before", () => {
  const edge = fc.constantFrom("start" as const, "end" as const);
  const asked = fc.tuple(place, fc.array(fc.tuple(edge, fc.nat(4 * DAY_MS))));
  fc.assert(
    fc.property(asked, ([{ timeZone, atMs }, questions]) => {
      const clock = zoneClock(timeZone);
      for (const [edge, laterMs] of questions) {
        const wall = Temporal.Instant.fromEpochMilliseconds(atMs + laterMs)
          .toZonedDateTimeISO("UTC").toPlainDateTime();
        assert.equal(
          clock.atMsOf(atMs + laterMs, edge),
          instantOf(wall, { timeZone, edge }).atMs,
          `${wall} ${edge}`,
        );
      }
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("a zone's clock is right in any year, and for any zone, however many were asked before", () => {
  const zones = Intl.supportedValuesOf("timeZone").slice(0, 60);
  const winters = Array.from({ length: 130 }, (_, n) => Date.UTC(1900 + n, 0));
  for (const timeZone of ["Europe/London", ...zones, "Europe/London"]) {
    for (const atMs of timeZone.includes("London") ? winters : [0]) {
      assert.equal(
        zoneClock(timeZone).readingAt(atMs),
        readingOf(wallTimeOf(atMs, timeZone)),
        `${timeZone} at ${atMs}`,
      );
    }
  }
});
