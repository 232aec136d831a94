import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  midnightOf,
  mondayOf,
  readingOf,
  weekdayOf,
} from "../../../src/domain/time/reading.ts";

Deno.test("property: midnight, weekday and Monday of a reading are those of the calendar, before 1970 too", () => {
  const minutes = fc.integer({ min: -60_000_000, max: 60_000_000 });
  fc.assert(fc.property(minutes, (minute) => {
    const wall = new Temporal.PlainDateTime(1970, 1, 1).add({
      minutes: minute,
    });
    const reading = readingOf(wall);
    const midnight = wall.withPlainTime();
    assert.equal(reading, minute * 60_000);
    assert.equal(weekdayOf(reading), wall.dayOfWeek);
    assert.equal(midnightOf(reading), readingOf(midnight));
    const monday = midnight.subtract({ days: wall.dayOfWeek - 1 });
    assert.equal(mondayOf(reading), readingOf(monday));
  }));
});
