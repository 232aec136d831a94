/** Layers whose shifts come from a calendar that is kept elsewhere. */
import type { NamedPerson } from "../../domain/calendars/calendar.ts";
import { placed } from "../../domain/schedules/draft_plan.ts";
import type { UserAccount } from "../../domain/responders/people.ts";
import type {
  CalendarOfLayer,
  CalendarOrigin,
  CalendarReading,
  CalendarReport,
} from "../../ports/calendar_repositories.ts";
import type { Repositories, Store } from "../../ports/store.ts";
import { isUnchanged, MOST_TRIES } from "./calendar_basis.ts";
import { shownTime, shownTimeOrNull } from "../fields.ts";
import { shownLayer } from "../schedules/layer_fields.ts";
import {
  type CalendarTools,
  type GivenCalendar,
  obtain,
  understand,
} from "./read_calendar.ts";
import { recordChange } from "../record_change.ts";
import { checkResponders } from "../references.ts";
import { invalid, notFound, RefusedError } from "../refused_error.ts";
import {
  type LayerPlace,
  lockSchedule,
  MOST_LAYERS,
} from "../schedules/schedule_layers.ts";

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

/** Promises the new layer, on top of the others or right below one of them; to be called in a transaction. */
export async function addCalendar(
  tx: Repositories,
  { scheduleId, name, prepared, below = null, by, nowMs }: Writing & {
    scheduleId: number;
    name: string;
    prepared: PreparedCalendar;
    below?: number | null;
  },
): Promise<CalendarOfLayer> {
  await lockSchedule(tx, scheduleId);
  const there = await tx.schedules.layers(scheduleId);
  if (there.length >= MOST_LAYERS) {
    throw invalid("name", `A schedule has at most ${MOST_LAYERS} layers.`);
  }
  const row = { scheduleId, name, ...prepared };
  const { layer: { id } } = await tx.calendars.insert(row, nowMs);
  const order = placed<{ id: number }>(there, { id }, below)
    .map((one) => one.id);
  if (order.at(-1) !== id) await tx.schedules.orderLayers(scheduleId, order);
  const made = await demandCalendar(tx, { scheduleId, layerId: id });
  await audit(tx, { verb: "create", by, before: null, after: made, nowMs });
  return made;
}

/** Promises the calendar that comes from elsewhere from now on, as it was read there; to be called in a transaction. */
export async function replaceCalendar(
  tx: Repositories,
  { scheduleId, layerId, name, prepared, by, nowMs }: Writing & LayerPlace & {
    name: string;
    prepared: PreparedCalendar;
  },
): Promise<CalendarOfLayer> {
  await lockSchedule(tx, scheduleId);
  const before = await demandCalendar(tx, { scheduleId, layerId });
  const { origin, people, reading } = prepared;
  await tx.calendars.update(layerId, { name, origin, people }, nowMs);
  await tx.calendars.saveReading(layerId, reading);
  const after = await demandCalendar(tx, { scheduleId, layerId });
  await audit(tx, { verb: "update", by, before, after, nowMs });
  return after;
}

/**
 * Promises the calendar with other people behind its names, its text read again with them, and with another name where
 * one is given. The text is read before the transaction that writes, and once more where it has changed meanwhile.
 */
export async function namePeople(
  store: Store,
  { nowMs, ...change }: Writing & LayerPlace & {
    people: NamedPerson[];
    name?: string;
  },
): Promise<CalendarOfLayer> {
  await checkNamed(store, change.people);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = await demandCalendar(store, change);
    const reading = await readAgain(store, {
      ...{ before, people: change.people, nowMs },
    });
    const after = await store.transaction((tx) =>
      keepNamed(tx, { ...change, before, reading, nowMs })
    );
    if (after) return after;
  }
  throw new RefusedError(
    "conflict",
    "calendar_changed",
    "The calendar was read again in the meantime. Try once more.",
  );
}

/** Promises what the text that is kept says with these people behind its names; throws a refusal where it cannot be read. */
export async function readAgain(
  store: Repositories,
  { before: { layer, calendar }, people, nowMs }: {
    before: CalendarOfLayer;
    people: NamedPerson[];
    nowMs: number;
  },
): Promise<CalendarReading> {
  const schedule = await store.schedules.find(layer.scheduleId);
  const read = await understand(store, {
    text: await store.calendars.content(layer.id),
    timeZone: schedule?.timeZone ?? "UTC",
    named: people,
    validators: calendar.validators,
    origin: calendar.origin.kind,
    nowMs,
  });
  if (!read.ok) throw invalid("people", read.message);
  // The server was not asked: when it was and will be stays, and so does the text.
  const { dueAtMs, readAtMs } = calendar;
  const asked = { dueAtMs, readAtMs: readAtMs ?? nowMs, content: null };
  return { ...read.reading, ...asked };
}

/** Promises null where the calendar was changed since `before`. */
async function keepNamed(
  tx: Repositories,
  { scheduleId, layerId, before, reading, people, name, by, nowMs }:
    & Writing
    & LayerPlace
    & {
      before: CalendarOfLayer;
      reading: CalendarReading;
      people: NamedPerson[];
      name?: string;
    },
): Promise<CalendarOfLayer | null> {
  await lockSchedule(tx, scheduleId);
  const now = await demandCalendar(tx, { scheduleId, layerId });
  if (!isUnchanged(before, now)) return null;
  await checkNamed(tx, people);
  const patch = { people, ...name === undefined ? {} : { name } };
  await tx.calendars.update(layerId, patch, nowMs);
  await tx.calendars.saveReading(layerId, reading);
  await keepProblem(tx, now);
  const after = await demandCalendar(tx, { scheduleId, layerId });
  await audit(tx, { verb: "update", by, before, after, nowMs });
  return after;
}

/** Promises the calendar of this schedule; throws a refusal when there is none. */
export async function demandCalendar(
  tx: Pick<Repositories, "calendars">,
  { scheduleId, layerId }: LayerPlace,
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
export function shownReport(report: CalendarReport) {
  const { events, matched, ignored, unknown, remarks } = report;
  return {
    ...{ events, matched, ignored, unknown, remarks },
    names: report.names.map(({ text, by, responderIds, events }) => ({
      ...{ text, by, events },
      responder_ids: [...responderIds],
    })),
    more_names: report.moreNames,
    more_unknown: report.moreUnknown,
  };
}

async function audit(
  tx: Repositories,
  { verb, by, before, after, nowMs }: Writing & {
    verb: "create" | "update";
    before: CalendarOfLayer | null;
    after: CalendarOfLayer;
  },
): Promise<void> {
  await recordChange(tx, {
    by,
    action: `schedule_layer.${verb}`,
    objectId: after.layer.id,
    before: before && audited(before),
    after: audited(after),
  }, nowMs);
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

/** Throws a refusal for the first who does not exist. */
export async function checkNamed(
  tx: Repositories,
  people: readonly NamedPerson[],
): Promise<void> {
  const ids = people.flatMap(({ responderId }) => responderId ?? []);
  if (ids.length > 0) await checkResponders(tx, { ids, field: "people" });
}
