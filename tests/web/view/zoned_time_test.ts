import assert from "node:assert/strict";
import {
  dayOnly,
  exactTime,
  secondsTime,
  shortTime,
  startOfDayMs,
  zoneWords,
} from "../../../src/web/view/zoned_time.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 2, 14, 3);
const HOUR_MS = 3_600_000;
const lagos = { nowMs: NOW_MS, timeZone: "Africa/Lagos" };

Deno.test("today needs no day, this week its name, further away the date", () => {
  assert.equal(shortTime(NOW_MS, lagos), "03:14");
  assert.equal(secondsTime(NOW_MS, lagos), "03:14:03");
  assert.equal(shortTime(NOW_MS + 24 * HOUR_MS, lagos), "Tue 03:14");
  assert.equal(shortTime(NOW_MS - 24 * HOUR_MS, lagos), "Sun 03:14");
  assert.equal(shortTime(NOW_MS + 20 * 24 * HOUR_MS, lagos), "13 Dec 03:14");
  assert.equal(
    shortTime(NOW_MS - 400 * 24 * HOUR_MS, lagos),
    "19 Oct 2025 03:14",
  );
});

Deno.test("what is today is decided by the viewer's zone", () => {
  const atMs = Date.UTC(2026, 10, 22, 23, 30);
  assert.equal(shortTime(atMs, lagos), "00:30");
  assert.equal(shortTime(atMs, { ...lagos, timeZone: "UTC" }), "Sun 23:30");
});

Deno.test("the exact time names its zone", () => {
  assert.equal(
    exactTime(NOW_MS, "Africa/Lagos"),
    "Mon 23 Nov 2026, 03:14:03 GMT+1",
  );
  assert.equal(dayOnly(NOW_MS, lagos), "23 Nov");
});

Deno.test("a zone is told by its city and its offset now", () => {
  const words = (timeZone: string, nowMs = NOW_MS) =>
    zoneWords({ timeZone, nowMs });
  assert.equal(words("Africa/Lagos"), "Lagos, UTC+1");
  assert.equal(words("America/New_York"), "New York, UTC-5");
  assert.equal(words("Asia/Kolkata"), "Kolkata, UTC+5:30");
  assert.equal(words("Europe/London"), "London, UTC+0");
  assert.equal(words("Europe/London", Date.UTC(2026, 6, 1)), "London, UTC+1");
  assert.equal(words("UTC"), "UTC");
});

Deno.test("a day begins at midnight where the viewer is, also on the day that has no midnight", () => {
  assert.equal(startOfDayMs(lagos), Date.UTC(2026, 10, 22, 23));
  // Beirut's clocks went from 24:00 to 01:00 on 29 March 2026.
  const beirut = { nowMs: Date.UTC(2026, 2, 29, 12), timeZone: "Asia/Beirut" };
  assert.equal(startOfDayMs(beirut), Date.UTC(2026, 2, 28, 22));
});
