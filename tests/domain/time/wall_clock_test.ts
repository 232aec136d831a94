import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  instantOfWallClock,
  wallClockOf,
} from "../../../src/domain/time/wall_clock.ts";

const LONDON = "Europe/London";

function at(text: string): number {
  return Date.parse(text);
}

Deno.test("a plain wall-clock time is one instant", () => {
  for (const edge of ["start", "end"] as const) {
    assert.deepEqual(
      instantOfWallClock("2026-11-23T09:00", { timeZone: LONDON, edge }),
      { atMs: at("2026-11-23T09:00:00Z"), kind: "plain" },
    );
  }
});

Deno.test("a time that comes twice starts at the first and ends at the second", () => {
  const wall = "2026-10-25T01:30";
  assert.deepEqual(
    instantOfWallClock(wall, { timeZone: LONDON, edge: "start" }),
    { atMs: at("2026-10-25T00:30:00Z"), kind: "ambiguous" },
  );
  assert.deepEqual(
    instantOfWallClock(wall, { timeZone: LONDON, edge: "end" }),
    { atMs: at("2026-10-25T01:30:00Z"), kind: "ambiguous" },
  );
});

Deno.test("a skipped time moves forward to the first instant that exists", () => {
  for (const edge of ["start", "end"] as const) {
    assert.deepEqual(
      instantOfWallClock("2026-03-29T01:30", { timeZone: LONDON, edge }),
      { atMs: at("2026-03-29T01:00:00Z"), kind: "skipped" },
    );
    // Samoa left out the whole of 30 December 2011.
    assert.deepEqual(
      instantOfWallClock("2011-12-30T12:00", {
        timeZone: "Pacific/Apia",
        edge,
      }),
      { atMs: at("2011-12-30T10:00:00Z"), kind: "skipped" },
    );
  }
});

Deno.test("what is no wall-clock time is refused", () => {
  for (
    const text of [
      "",
      "now",
      "2026-02-30T09:00",
      "2026-11-23",
      "2026-11-23T25:00",
      "2026-11-23T09:00Z",
      "2026-11-23T09:00[u-ca=hebrew]",
      "1900-01-01T00:00",
      "-002026-11-23T09:00",
    ]
  ) {
    assert.equal(
      instantOfWallClock(text, { timeZone: LONDON, edge: "start" }),
      null,
      text,
    );
  }
});

const zones = fc.constantFrom(
  "UTC",
  "Europe/London",
  "America/New_York",
  "America/St_Johns",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Africa/Casablanca",
  "Asia/Kathmandu",
);
// Whole minutes of 2000 to 2040, half of them within hours of a change of some clock.
const minutes = fc.oneof(
  fc.integer({ min: 15_778_080, max: 36_816_480 }),
  fc.constantFrom(
    ...[
      "2026-03-29T01:00Z",
      "2026-10-25T01:00Z",
      "2026-03-08T07:00Z",
      "2026-11-01T06:00Z",
      "2026-04-04T15:00Z",
      "2026-10-03T15:30Z",
      "2011-12-30T10:00Z",
    ].map((text) => at(text) / 60_000),
  ).chain((change) =>
    fc.integer({ min: -240, max: 240 }).map((by) => change + by)
  ),
);

Deno.test("every instant's wall-clock time leads back to it, or for a time that comes twice to a window around it", () => {
  fc.assert(
    fc.property(zones, minutes, (timeZone, minute) => {
      const atMs = minute * 60_000;
      const wall = wallClockOf(atMs, timeZone);
      const start = instantOfWallClock(wall, { timeZone, edge: "start" });
      const end = instantOfWallClock(wall, { timeZone, edge: "end" });
      assert.ok(start && end);
      assert.notEqual(start.kind, "skipped", "a clock showed it");
      assert.ok(start.atMs <= atMs && atMs <= end.atMs);
      assert.equal(wallClockOf(start.atMs, timeZone), wall);
      assert.equal(wallClockOf(end.atMs, timeZone), wall);
      assert.equal(start.kind === "plain", start.atMs === end.atMs);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a handoff never leaves a gap: the end of one turn is not before the start of the next at the same wall clock", () => {
  const walls = minutes.map((minute) =>
    new Date(minute * 60_000).toISOString().slice(0, 16)
  );
  fc.assert(
    fc.property(zones, walls, (timeZone, wall) => {
      const start = instantOfWallClock(wall, { timeZone, edge: "start" });
      const end = instantOfWallClock(wall, { timeZone, edge: "end" });
      assert.ok(start && end);
      assert.ok(end.atMs >= start.atMs);
      if (start.kind !== "skipped") return;
      assert.equal(start.atMs, end.atMs);
      // The first instant that exists: later than asked for, and just before it the clock was earlier than asked for.
      assert.ok(wallClockOf(start.atMs, timeZone) > wall);
      assert.ok(wallClockOf(start.atMs - 1_000, timeZone) < wall);
    }),
    { numRuns: 2_000 },
  );
});
