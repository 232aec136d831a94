/**
 * A calendar before it is saved: it is read once and kept apart for a day, so that what is looked at, explained and
 * saved is the same, and no page has to carry the text.
 */
import { z } from "@hono/zod-openapi";
import type { NamedPerson } from "../../domain/calendars/calendar.ts";
import type { UserAccount } from "../../domain/responders/people.ts";
import type { CalendarDraft } from "../../ports/calendar_draft_repository.ts";
import type {
  CalendarOfLayer,
  CalendarReading,
} from "../../ports/calendar_repositories.ts";
import type { Repositories, Store } from "../../ports/store.ts";
import {
  addCalendar,
  checkNamed,
  demandCalendar,
  namePeople,
  prepareCalendar,
  readAgain,
  replaceCalendar,
} from "./calendars.ts";
import { line } from "../fields.ts";
import {
  type CalendarTools,
  type GivenCalendar,
  understand,
} from "./read_calendar.ts";
import { invalid, notFound } from "../refused_error.ts";

/** Of names that an admin may explain; more than any rota has. */
export const MOST_EXPLAINED = 500;
/** What the layer is to be called. */
export const CalendarName = z.object({ name: line(100) });

interface Drafting {
  by: UserAccount;
  nowMs: number;
}

/** Promises the draft of a new layer, or of what is to come in the place of a layer's text; throws a refusal that says what is wrong. */
export async function draftCalendar(
  deps: { store: Store; calendars: CalendarTools },
  { scheduleId, layer, name, given, by, nowMs }: Drafting & {
    scheduleId: number;
    layer: CalendarOfLayer | null;
    name: string;
    given: GivenCalendar;
  },
): Promise<CalendarDraft> {
  const { store } = deps;
  const people = await namesOf(store, layer);
  const { origin, reading } = await prepareCalendar(deps, {
    ...{ scheduleId, given, people, nowMs },
  });
  return await store.calendarDrafts.insert({
    accountId: by.id,
    scheduleId,
    layerId: layer?.layer.id ?? null,
    ...{ name, people, origin },
    belowLayerId: null,
    validators: reading.validators,
    content: reading.content,
    createdAtMs: nowMs,
  });
}

/** Promises the draft of other people behind the names of a layer's text. */
export async function draftNames(
  store: Store,
  { layer, by, nowMs }: Drafting & { layer: CalendarOfLayer },
): Promise<CalendarDraft> {
  const { layer: { id, scheduleId, name }, calendar } = layer;
  return await store.calendarDrafts.insert({
    accountId: by.id,
    scheduleId,
    layerId: id,
    name,
    belowLayerId: null,
    origin: calendar.origin,
    validators: calendar.validators,
    people: await namesOf(store, layer),
    content: null,
    createdAtMs: nowMs,
  });
}

/** Promises the account's own draft for this schedule; throws a refusal when there is none, or none any more. */
export async function demandDraft(
  store: Repositories,
  { scheduleId, draftId, by }: {
    scheduleId: number;
    draftId: number;
    by: UserAccount;
  },
): Promise<CalendarDraft> {
  const draft = await store.calendarDrafts.find(draftId);
  const isOwn = draft?.scheduleId === scheduleId && draft.accountId === by.id;
  if (draft && isOwn) return draft;
  throw notFound("calendar draft", draftId);
}

/** Promises what the draft would put on call, read with its names; throws a refusal where that is not possible. */
export async function readDraft(
  store: Repositories,
  draft: CalendarDraft,
  nowMs: number,
): Promise<CalendarReading> {
  const { people, scheduleId, layerId } = draft;
  const text = await store.calendarDrafts.content(draft.id);
  if (text === null && layerId !== null) {
    const before = await demandCalendar(store, { scheduleId, layerId });
    return await readAgain(store, { before, people, nowMs });
  }
  const schedule = await store.schedules.find(scheduleId);
  const read = await understand(store, {
    text: text ?? "",
    timeZone: schedule?.timeZone ?? "UTC",
    named: people,
    validators: draft.validators,
    origin: draft.origin.kind,
    nowMs,
  });
  if (!read.ok) throw invalid("people", read.message);
  // Its server was asked when the draft was made, and the time until it is asked again has run since.
  const agoMs = nowMs - draft.createdAtMs;
  return {
    ...read.reading,
    readAtMs: draft.createdAtMs,
    dueAtMs: read.reading.dueAtMs - agoMs,
  };
}

/** Promises the layer that the draft has become; the draft is gone. */
export async function saveDraft(
  store: Store,
  draft: CalendarDraft,
  { by, nowMs }: Drafting,
): Promise<CalendarOfLayer> {
  const { id, scheduleId, layerId, name, people, origin } = draft;
  await checkNamed(store, people);
  const writing = { scheduleId, name, by, nowMs };
  const text = await store.calendarDrafts.content(id);
  if (layerId !== null && text === null) {
    const saved = await namePeople(store, { ...writing, layerId, people });
    await store.calendarDrafts.delete(id);
    return saved;
  }
  const reading = await readDraft(store, draft, nowMs);
  const prepared = { origin, people, reading };
  return await store.transaction(async (tx) => {
    // Pressed twice, it is saved once.
    if (!await tx.calendarDrafts.delete(id)) {
      throw notFound("calendar draft", id);
    }
    return layerId === null
      ? await addCalendar(tx, {
        ...writing,
        prepared,
        below: draft.belowLayerId,
      })
      : await replaceCalendar(tx, { ...writing, layerId, prepared });
  });
}

/** What was said of the layer's names, without those who are gone. */
async function namesOf(
  { responders }: Repositories,
  layer: CalendarOfLayer | null,
): Promise<NamedPerson[]> {
  const people = layer?.calendar.people ?? [];
  const ids = people.flatMap(({ responderId }) => responderId ?? []);
  const here = new Set(
    (await responders.reachable([...new Set(ids)])).map(({ id }) => id),
  );
  return people.filter(({ responderId: id }) => id === null || here.has(id));
}
