/**
 * Measures how long the texts that cost a calendar's reader most take, and for how long at once they hold the process
 * up, in processor time. `deno task bench-calendar`
 */
import { cpuUsage } from "node:process";
import { readIcal } from "../src/app/calendars/read_ical.ts";
import { LONGEST_CALENDAR_BYTES } from "../src/domain/calendars/calendar_limit.ts";
import { matchEvents } from "../src/domain/calendars/calendar.ts";

const DAY_MS = 86_400_000;
const FROM_MS = Date.UTC(2026, 0, 1);
const RANGE = { fromMs: FROM_MS, toMs: FROM_MS + 430 * DAY_MS };
const RUNS = 5;
const SHIFT = ["DTSTART:20260302T090000Z", "DURATION:PT8H"];
const ZONED = ["DTSTART;TZID=Europe/London:20260302T090000", "DURATION:PT8H"];
const EVERY_QUARTER =
  "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=1,2,3,4,5,6,7,8;BYMINUTE=0,15,30,45";

const texts: Record<string, string> = {
  "2 MB of plain events": calendar((n) => [
    ...SHIFT,
    `SUMMARY:On call: Name${n} Family`,
    `DESCRIPTION:${"What to do when it rings. ".repeat(10)}`,
  ]),
  "10,000 events in a zone": calendar((n) => [...ZONED, `SUMMARY:${n}`], 9_999),
  "500 daily rules": calendar(() => [...SHIFT, "RRULE:FREQ=DAILY"], 500),
  "500 hourly rules": calendar(() => [...SHIFT, "RRULE:FREQ=HOURLY"], 500),
  "500 rules of quarters": calendar(() => [...SHIFT, EVERY_QUARTER], 500),
  "500 rules without a day": calendar(() => [
    ...SHIFT,
    "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
  ], 500),
  "2 MB of excepted dates": calendar(() => [
    ...SHIFT,
    "RRULE:FREQ=DAILY",
    `EXDATE:${Array(3_500).fill("20260302T090000Z").join()}`,
  ]),
  "2 MB of parameters": calendar(() => [
    ...SHIFT,
    `SUMMARY${";A=b".repeat(15_000)}:x`,
  ]),
  "2 MB of beginnings": "BEGIN:VCALENDAR\r\n" +
    "BEGIN:VEVENT\r\n".repeat(LONGEST_CALENDAR_BYTES / 15),
};

const people = Array.from({ length: 2_000 }, (_, id) => ({
  id,
  name: `Name${id} Family`,
  email: `name${id}@example.com`,
}));

for (const [name, text] of Object.entries(texts)) {
  const runs: Awaited<ReturnType<typeof measure>>[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measure(text));
  const most = (of: (run: typeof runs[number]) => number) =>
    Math.round(runs.map(of).sort((a, b) => a - b)[RUNS >> 1] ?? NaN);
  console.log(
    `${name}: ${most((run) => run.readMs)} ms, at once ${
      most((run) => run.sliceMs)
    } ms; matched in ${most((run) => run.matchMs)} ms`,
  );
}

/** Promises the processor time of reading the text, of the longest slice of that, and of matching its events. */
async function measure(text: string) {
  let sliceMs = 0;
  let last = cpuMs();
  const note = () => {
    const now = cpuMs();
    sliceMs = Math.max(sliceMs, now - last);
    last = now;
  };
  const timer = setInterval(note);
  const began = cpuMs();
  const read = await readIcal(text, { timeZone: "Europe/London", ...RANGE });
  note();
  clearInterval(timer);
  const readMs = cpuMs() - began;
  const match = cpuMs();
  if (read.ok) matchEvents(read.events, { people, named: [] });
  return { readMs, sliceMs, matchMs: cpuMs() - match };
}

function cpuMs(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1_000;
}

/** A calendar of as many events as fit, or as are wanted. */
function calendar(lines: (n: number) => string[], most = Infinity): string {
  const events: string[] = [];
  let length = 100;
  for (let n = 0; n < most; n++) {
    const event = ["BEGIN:VEVENT", ...lines(n), "END:VEVENT"].join("\r\n");
    length += event.length + 2;
    if (length > LONGEST_CALENDAR_BYTES) break;
    events.push(event);
  }
  return ["BEGIN:VCALENDAR", ...events, "END:VCALENDAR", ""].join("\r\n");
}
