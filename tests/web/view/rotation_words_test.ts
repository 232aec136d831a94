import assert from "node:assert/strict";
import type { Rotation } from "../../../src/domain/schedules/rotation.ts";
import { rotationWords } from "../../../src/web/view/schedules/rotation_words.ts";
import { rotationOf } from "../../domain/schedules/plans.ts";

const NAMES = new Map([[1, "Maya"], [2, "Idris"], [3, "Jonas"]]);

function told(changes: Partial<Rotation>): string {
  return rotationWords(rotationOf(changes), {
    names: NAMES,
    timeZone: "Europe/London",
  }).map((word) =>
    typeof word === "string" ? word : "strong" in word ? word.strong : ""
  ).join("");
}

Deno.test("a rotation is told by its members, its turns and its handoff", () => {
  assert.equal(
    told({}),
    "Maya, Idris and Jonas take turns of one week; handoff Mondays at 09:00 (Europe/London). From 23 Nov 2026, 09:00 on.",
  );
  assert.match(
    told({ period: { unit: "hours", count: 12 }, endsAt: "2026-12-24T09:00" }),
    /turns of 12 hours; counted from 09:00.*From 23 Nov 2026, 09:00 to 24 Dec 2026, 09:00\.$/,
  );
  assert.match(
    told({
      period: { unit: "months", count: 1 },
      handoff: { time: "09:00", weekday: 1, dayOfMonth: 31 },
    }),
    /handoff on day 31 of the month, or its last, at 09:00/,
  );
  assert.match(told({ responderIds: [2, 2] }), /^Idris.* has every turn/);
});

Deno.test("hours that are the same on several days are told once", () => {
  const nights = [1, 2, 3, 4, 5, 6, 7].map((day) => ({
    fromDay: day,
    fromTime: "22:00",
    toDay: day % 7 + 1,
    toTime: "07:00",
  }));
  assert.match(
    told({ restrictions: nights }),
    /On duty: every day 22:00 to 07:00\./,
  );
  assert.match(
    told({ restrictions: nights.slice(0, 5) }),
    /On duty: weekdays 22:00 to 07:00\./,
  );
  const weekend = {
    fromDay: 5,
    fromTime: "18:00",
    toDay: 1,
    toTime: "08:00",
  };
  assert.match(
    told({ restrictions: [weekend], turnCounts: "on_duty_time" }),
    /On duty: Friday 18:00 to Monday 08:00\. Only time on duty counts as a turn\./,
  );
});
