import assert from "node:assert/strict";
import { RRuleTemporal } from "npm:rrule-temporal@2.2.8";
import { shifts } from "../../../src/domain/schedules/schedule.ts";
import { layerOf, planOf } from "./plans.ts";

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/** One event for each member, every so many weeks, as people write a rota into a calendar. */
function byCalendar(
  { timeZone, weekday, time, members, weeks, from, until }: {
    timeZone: string;
    weekday: number;
    time: string;
    members: readonly number[];
    weeks: number;
    from: string;
    until: string;
  },
): { startsAtMs: number; responderId: number }[] {
  const day = Temporal.PlainDate.from(from);
  assert.equal(day.dayOfWeek, weekday);
  return members.flatMap((responderId, index) => {
    const first = day.add({ weeks: index * weeks }).toString()
      .replaceAll("-", "");
    const rule = new RRuleTemporal({
      rruleString: `DTSTART;TZID=${timeZone}:${first}T${
        time.replace(":", "")
      }00\nRRULE:FREQ=WEEKLY;INTERVAL=${members.length * weeks};BYDAY=${
        DAYS[weekday - 1]
      };UNTIL=${until.replaceAll("-", "")}T000000Z`,
    });
    return rule.all().map(({ epochMilliseconds: startsAtMs }) => ({
      startsAtMs,
      responderId,
    }));
  }).sort((a, b) => a.startsAtMs - b.startsAtMs);
}

for (
  const timeZone of [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Apia",
  ]
) {
  for (const weeks of [1, 2]) {
    Deno.test(`five years of turns of ${weeks} week(s) in ${timeZone} are those of an RRULE library`, () => {
      for (
        const [weekday, from] of [[1, "2009-01-05"], [7, "2024-01-07"]] as const
      ) {
        const until = Temporal.PlainDate.from(from).add({ years: 5 })
          .toString();
        const members = [4, 2, 7];
        const expected = byCalendar({
          ...{ timeZone, weekday, time: "09:30", members, weeks, from, until },
        });
        const layer = layerOf({
          responderIds: members,
          period: { unit: "weeks", count: weeks },
          handoff: { time: "09:30", weekday, dayOfMonth: 1 },
          startsAt: `${from}T09:30`,
        });
        const tiles = shifts(
          planOf([], { timeZone, layers: [layer] }),
          Date.parse(from) - 7 * 86_400_000,
          Date.parse(until),
        );
        const [before, ...turns] = tiles;
        assert.deepEqual(before?.responderIds, []);
        assert.ok(turns.length >= 5 * 52 / weeks);
        assert.deepEqual(
          turns.map(({ startsAtMs, responderIds }) => ({
            startsAtMs,
            responderId: responderIds[0],
          })),
          expected,
        );
      }
    });
  }
}
