import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { isInside } from "../../../src/domain/time/weekly_windows.ts";
import {
  hoursLines,
  windowsOfLine,
} from "../../../src/web/view/business_hours.ts";
import { conditionWords } from "../../../src/web/view/policies/step_words.ts";

const at = (
  fromDay: number,
  fromTime: string,
  toDay: number,
  toTime: string,
) => ({ fromDay, fromTime, toDay, toTime });

Deno.test("days with the same hours are one line, and a window of days is cut at midnight", () => {
  const week = [1, 2, 3, 4, 5].map((day) => at(day, "09:00", day, "17:00"));
  assert.deepEqual(hoursLines(week), [
    { days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" },
  ]);
  assert.deepEqual(hoursLines([at(5, "18:00", 1, "08:00")]), [
    { days: [5], from: "18:00", to: "00:00" },
    { days: [6, 7], from: "00:00", to: "00:00" },
    { days: [1], from: "00:00", to: "08:00" },
  ]);
});

Deno.test("property: the lines of any windows, read back, hold the same instants", () => {
  const day = fc.integer({ min: 1, max: 7 });
  const time = fc.constantFrom("00:00", "00:30", "06:00", "12:15", "23:45");
  const window = fc.record({
    fromDay: day,
    fromTime: time,
    toDay: day,
    toTime: time,
  });
  const mondayMs = Date.UTC(2026, 10, 23);
  fc.assert(
    fc.property(
      fc.array(window, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0, max: 7 * 96 - 1 }),
      (windows, quarter) => {
        const atMs = mondayMs + quarter * 15 * 60_000;
        const again = hoursLines(windows).flatMap(windowsOfLine);
        assert.equal(
          isInside(again, "UTC", atMs),
          isInside(windows, "UTC", atMs),
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("conditions are told in plain words", () => {
  assert.equal(conditionWords({ severities: [], businessHours: null }), "");
  const windows = [
    at(1, "09:00", 1, "17:00"),
    at(2, "09:00", 2, "17:00"),
    at(3, "09:00", 3, "17:00"),
    at(6, "00:00", 7, "00:00"),
  ];
  assert.equal(
    conditionWords({
      severities: ["error", "critical"],
      businessHours: { timeZone: "America/New_York", mode: "outside", windows },
    }),
    "only critical and error, outside Mon to Wed 09:00 to 17:00 and Sat all day (New York)",
  );
});
