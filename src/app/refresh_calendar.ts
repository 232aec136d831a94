/** Reads calendars again. What was read well last stays until something else was. */
import type { CalendarOfLayer } from "../ports/calendar_repositories.ts";
import type { CalendarAnswer } from "../ports/calendar_source.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { type CalendarTools, understand } from "./read_calendar.ts";

export interface RefreshDeps {
  store: Store;
  clock: Clock;
  calendars: CalendarTools;
}

/** In one run of the job; fetched at the same time, so that a slow server does not hold up the others. */
const AT_ONCE = 8;
const AGAIN_MS = 15 * 60_000;

/** Promises how many due calendars this process has read; each is claimed, so that of many processes one reads it. */
export async function refreshDueCalendars(
  deps: RefreshDeps,
): Promise<{ read: number; failed: number }> {
  const { store, clock } = deps;
  const nowMs = clock();
  const due = await store.calendars.due(nowMs, AT_ONCE);
  const results = await Promise.all(due.map(async (one) => {
    const { layerId, dueAtMs } = one.calendar;
    const mine = await store.calendars
      .claim(layerId, dueAtMs, nowMs + AGAIN_MS);
    return mine ? await refreshCalendar(deps, one) : null;
  }));
  return {
    read: results.filter((done) => done === true).length,
    failed: results.filter((done) => done === false).length,
  };
}

/** Promises whether the calendar was read; where it was not, the reason is kept and what was read before stays. */
export async function refreshCalendar(
  deps: RefreshDeps,
  { layer, calendar }: CalendarOfLayer,
): Promise<boolean> {
  const { store, clock } = deps;
  const answer = await answerOf(deps, calendar);
  const nowMs = clock();
  if (answer.kind === "failed") {
    await store.calendars.saveProblem(layer.id, answer.message, nowMs);
    return false;
  }
  const schedule = await store.schedules.find(layer.scheduleId);
  const current = await store.calendars.find(layer.id);
  // Deleted while its server was asked.
  if (!schedule || !current) return false;
  const understood = await understand(store, {
    text: answer.kind === "read"
      ? answer.text
      : await store.calendars.content(layer.id),
    timeZone: schedule.timeZone,
    named: current.calendar.people,
    validators: answer.kind === "read"
      ? answer.validators
      : calendar.validators,
    origin: calendar.origin.kind,
    nowMs,
  });
  if (!understood.ok) {
    await store.calendars.saveProblem(layer.id, understood.message, nowMs);
    return false;
  }
  await store.calendars.saveReading(layer.id, understood.reading);
  return true;
}

async function answerOf(
  { calendars: { fetchCalendar, seal } }: RefreshDeps,
  { origin, validators }: CalendarOfLayer["calendar"],
): Promise<CalendarAnswer> {
  // A file stays as it is, but its recurring events go on.
  if (origin.kind === "file") return { kind: "unchanged" };
  let url: string;
  try {
    url = await seal.open(origin.sealedUrl);
  } catch {
    const message =
      "The address can no longer be read, because SECRET_KEY has changed. Add the calendar again.";
    return { kind: "failed", message };
  }
  return await fetchCalendar(url, validators);
}
