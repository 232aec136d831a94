/** Layers whose shifts come from a calendar that is kept elsewhere. */
import type { NamedPerson } from "../domain/calendar.ts";
import type { UserAccount } from "../domain/people.ts";
import type {
  CalendarOfLayer,
  CalendarOrigin,
  CalendarReading,
} from "../ports/calendar_repositories.ts";
import type { Repositories, Store } from "../ports/store.ts";
import { shownTime, shownTimeOrNull } from "./fields.ts";
import { shownLayer } from "./layer_fields.ts";
import {
  type CalendarTools,
  type GivenCalendar,
  obtain,
  understand,
} from "./read_calendar.ts";
import { recordChange } from "./record_change.ts";
import { checkResponders } from "./references.ts";
import { invalid, notFound } from "./refused_error.ts";
import { lockSchedule, MOST_LAYERS } from "./schedule_layers.ts";

interface Writing {
  by: UserAccount;
  nowMs: number;
}

/** A calendar that was read and is not kept yet. */
export interface PreparedCalendar {
  origin: CalendarOrigin;
  people: NamedPerson[];
  reading: CalendarReading;
}

/** Promises what would be kept; throws a refusal that says what is wrong with the calendar. Writes nothing. */
export async function prepareCalendar(
  { store, calendars }: { store: Repositories; calendars: CalendarTools },
  { scheduleId, given, people, nowMs }: {
    scheduleId: number;
    given: GivenCalendar;
    people: NamedPerson[];
    nowMs: number;
  },
): Promise<PreparedCalendar> {
  const schedule = await store.schedules.find(scheduleId);
  if (!schedule) throw notFound("schedule", scheduleId);
  await checkNamed(store, people);
  const { text, validators, origin } = await obtain(calendars, given);
  const { timeZone } = schedule;
  const read = await understand(store, {
    ...{ text, timeZone, named: people, validators, nowMs },
    origin: origin.kind,
  });
  if (read.ok) return { origin, people, reading: read.reading };
  throw invalid(given.kind === "url" ? "url" : "content", read.message);
}

/** Promises the new layer, on top of the others; to be called in a transaction. */
export async function addCalendar(
  tx: Repositories,
  { scheduleId, name, prepared, by, nowMs }: Writing & {
    scheduleId: number;
    name: string;
    prepared: PreparedCalendar;
  },
): Promise<CalendarOfLayer> {
  await lockSchedule(tx, scheduleId);
  const there = await tx.schedules.layers(scheduleId);
  if (there.length >= MOST_LAYERS) {
    throw invalid("name", `A schedule has at most ${MOST_LAYERS} layers.`);
  }
  const row = { scheduleId, name, ...prepared };
  const made = await tx.calendars.insert(row, nowMs);
  await recordChange(tx, {
    by,
    action: "schedule_layer.create",
    objectId: made.layer.id,
    before: null,
    after: audited(made),
  }, nowMs);
  return made;
}

/** Promises the calendar with other people behind its names, its text read again with them. */
export async function namePeople(
  store: Store,
  { scheduleId, layerId, people, by, nowMs }: Writing & {
    scheduleId: number;
    layerId: number;
    people: NamedPerson[];
  },
): Promise<CalendarOfLayer> {
  return await store.transaction(async (tx) => {
    await lockSchedule(tx, scheduleId);
    const before = await demandCalendar(tx, { scheduleId, layerId });
    await checkNamed(tx, people);
    const schedule = await tx.schedules.find(scheduleId);
    const { origin, validators, dueAtMs, readAtMs } = before.calendar;
    const read = await understand(tx, {
      text: await tx.calendars.content(layerId),
      timeZone: schedule?.timeZone ?? "UTC",
      named: people,
      ...{ validators, nowMs },
      origin: origin.kind,
    });
    if (!read.ok) throw invalid("people", read.message);
    await tx.calendars.update(layerId, { people }, nowMs);
    // The server was not asked: when it was and will be stays.
    const asked = { dueAtMs, readAtMs: readAtMs ?? nowMs };
    await tx.calendars.saveReading(layerId, { ...read.reading, ...asked });
    await keepProblem(tx, before);
    const after = await demandCalendar(tx, { scheduleId, layerId });
    await recordChange(tx, {
      by,
      action: "schedule_layer.update",
      objectId: layerId,
      before: audited(before),
      after: audited(after),
    }, nowMs);
    return after;
  });
}

/** Promises the calendar of this schedule; throws a refusal when there is none. */
export async function demandCalendar(
  tx: Pick<Repositories, "calendars">,
  { scheduleId, layerId }: { scheduleId: number; layerId: number },
): Promise<CalendarOfLayer> {
  const found = await tx.calendars.find(layerId);
  if (found?.layer.scheduleId === scheduleId) return found;
  throw notFound("calendar", layerId);
}

/** Promises the calendar as the API shows it: of its address the host alone. */
export function shownCalendar({ layer, calendar }: CalendarOfLayer) {
  const { origin, people, problem, report } = calendar;
  return {
    ...shownLayer(layer),
    origin: origin.kind,
    shown_origin: origin.shown,
    people: people.map(({ text, responderId }) => ({
      text,
      responder_id: responderId,
    })),
    read_at: shownTimeOrNull(calendar.readAtMs),
    next_read_at: shownTime(calendar.dueAtMs),
    problem: problem && {
      message: problem.words,
      since: shownTime(problem.sinceMs),
    },
    report: shownReport(report),
  };
}

/** Promises what was understood, as the API shows it. */
export function shownReport(report: CalendarReading["report"]) {
  const { events, matched, unknown, remarks } = report;
  return { events, matched, unknown, remarks };
}

function audited({ layer, calendar }: CalendarOfLayer) {
  const { id, scheduleId, name } = layer;
  const { origin, people } = calendar;
  return {
    ...{ id, schedule_id: scheduleId, kind: layer.kind, name },
    ...{ origin: origin.kind, shown_origin: origin.shown, people },
  };
}

async function keepProblem(
  tx: Repositories,
  { layer, calendar: { problem } }: CalendarOfLayer,
): Promise<void> {
  if (!problem) return;
  await tx.calendars.saveProblem(layer.id, problem.words, problem.sinceMs);
}

function checkNamed(
  tx: Repositories,
  people: readonly NamedPerson[],
): Promise<void> {
  const ids = people.map(({ responderId }) => responderId);
  return ids.length === 0
    ? Promise.resolve()
    : checkResponders(tx, { ids, field: "people" });
}
