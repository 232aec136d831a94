/** The screens of calendars that are kept elsewhere, with names and titles that mean no good. */
import { draftCalendar } from "../../src/app/calendars/calendar_drafts.ts";
import {
  addCalendar,
  prepareCalendar,
} from "../../src/app/calendars/calendars.ts";
import { createSeal } from "../../src/app/seal.ts";
import { calendarOf } from "../app/ical.ts";
import { ACCOUNTS, type Stage } from "./stage.ts";

const HOUR_MS = 3_600_000;
const BAD = `<img src="/x" onerror="window.broken = 1">\u202Egnitset\u202C${
  "W".repeat(80)
}`;

/** Of Maya by her name, of Idris by his address, of nobody by a title that means no good, and one without a known zone. */
export function rota(nowMs: number): string {
  const time = (hours: number) =>
    new Date(nowMs + hours * HOUR_MS).toISOString().slice(0, 19)
      .replaceAll(/[-:]/g, "");
  const titles = [
    ["SUMMARY:On call: Maya Okafor"],
    ["SUMMARY:Shift", `ATTENDEE:mailto:${ACCOUNTS.responder}`],
    [`SUMMARY:${BAD}`],
    ["SUMMARY:Robin"],
  ];
  const events = Array.from({ length: 24 }, (_, index) => [
    `DTSTART:${time(8 * index)}Z`,
    `DTEND:${time(8 * index + 8)}Z`,
    ...titles[index % titles.length] ?? [],
  ]);
  return calendarOf([...events, [
    `DTSTART;TZID=${BAD.replaceAll(/[;:"]/g, "")}:${time(1)}`,
    "DURATION:PT1H",
  ]]);
}

async function adminOf({ store }: Stage) {
  const by = await store.accounts.findByEmail(ACCOUNTS.admin);
  if (!by) throw new Error("The demonstration lacks its admin");
  return by;
}

function depsOf({ store, world }: Stage) {
  const seal = createSeal("a secret key that only the tests know", "calendars");
  return {
    store,
    calendars: { fetchCalendar: world.fetchCalendar, seal },
    nowMs: world.nowMs,
  };
}

/** Promises the path of a calendar that is looked at before it is saved. */
export async function draftPath(stage: Stage): Promise<string> {
  const { nowMs, ...deps } = depsOf(stage);
  const draft = await draftCalendar(deps, {
    scheduleId: 1,
    layer: null,
    name: `Old tool ${BAD}`,
    given: { kind: "file", name: `rota${BAD}`, text: rota(nowMs) },
    by: await adminOf(stage),
    nowMs,
  });
  return `/schedules/1/calendars/drafts/${draft.id}`;
}

/** Promises the path of a layer whose calendar cannot be read any more. */
export async function layerPath(stage: Stage): Promise<string> {
  const { nowMs, ...deps } = depsOf(stage);
  const by = await adminOf(stage);
  const prepared = await prepareCalendar(deps, {
    scheduleId: 1,
    given: { kind: "file", name: "rota.ics", text: rota(nowMs) },
    people: [{ text: "Robin", responderId: null }],
    nowMs,
  });
  const sealedUrl = await deps.calendars.seal.close("https://example.com/");
  const origin = { kind: "url", sealedUrl, shown: "example.com" } as const;
  const { layer: { id } } = await stage.store.transaction((tx) =>
    addCalendar(tx, {
      scheduleId: 1,
      name: `Elsewhere ${BAD}`,
      prepared: { ...prepared, origin },
      ...{ by, nowMs },
    })
  );
  const words = "The calendar's server cannot be reached.";
  await stage.store.calendars.saveProblem(id, words, nowMs);
  return `/schedules/1/calendars/${id}`;
}
