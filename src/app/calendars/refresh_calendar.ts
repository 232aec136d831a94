/** Reads calendars again. What was read well last stays until something else was. */
import type { UserAccount } from "../../domain/responders/people.ts";
import type { CalendarOfLayer } from "../../ports/calendar_repositories.ts";
import type { CalendarAnswer } from "../../ports/calendar_source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Repositories, Store } from "../../ports/store.ts";
import { demandCalendar } from "./calendars.ts";
import { isSame, isUnchanged, MOST_TRIES } from "./calendar_basis.ts";
import {
  type CalendarTools,
  understand,
  type Understood,
} from "./read_calendar.ts";
import { recordChange } from "../record_change.ts";
import { RefusedError } from "../refused_error.ts";

export interface RefreshDeps {
  store: Store;
  clock: Clock;
  calendars: CalendarTools;
}

/** In one run of the job; fetched at the same time, so that a slow server does not hold up the others. */
const AT_ONCE = 8;
const AGAIN_MS = 15 * 60_000;
/** A person who looks at once, and then once a minute. */
const BUCKET = { capacity: 3, refillPerSecond: 1 / 60, cost: 1 };

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

/** Promises the calendar after it was read because somebody asked; throws a refusal where they ask too often. */
export async function askForRefresh(
  deps: RefreshDeps,
  calendar: CalendarOfLayer,
  by: UserAccount,
): Promise<CalendarOfLayer> {
  const { store, clock } = deps;
  const { id: layerId, scheduleId } = calendar.layer;
  const { retryAfterMs } = await store.rateLimits
    .take(`calendar_refresh:${layerId}`, BUCKET, clock());
  if (retryAfterMs > 0) {
    const words =
      "This calendar was read a moment ago. Wait a minute, then try again.";
    throw new RefusedError("throttled", "too_many_requests", words, {
      retryAfterMs,
    });
  }
  await refreshCalendar(deps, calendar, by);
  return await demandCalendar(store, { scheduleId, layerId });
}

/**
 * Promises whether the calendar was read; where it was not, the reason is kept and what was read before stays. Where
 * somebody asked for it, `by`, the audit log tells what came of it.
 */
export async function refreshCalendar(
  deps: RefreshDeps,
  { layer, calendar }: CalendarOfLayer,
  by: UserAccount | null = null,
): Promise<boolean> {
  const answer = await answerOf(deps, calendar);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = await deps.store.calendars.find(layer.id);
    // Deleted, or led elsewhere, while its server was asked.
    if (!before || !isSame(before.calendar.origin, calendar.origin)) {
      return false;
    }
    const outcome = await understoodOf(deps, { before, answer });
    const done = await keep(deps, { before, outcome, by });
    if (done) return outcome.ok;
  }
  return false;
}

/** Away from any transaction. */
async function understoodOf(
  { store, clock }: RefreshDeps,
  { before, answer }: { before: CalendarOfLayer; answer: CalendarAnswer },
): Promise<Understood> {
  if (answer.kind === "failed") return { ok: false, message: answer.message };
  const { layer, calendar } = before;
  const schedule = await store.schedules.find(layer.scheduleId);
  const content = await store.calendars.content(layer.id);
  const isNew = answer.kind === "read" && answer.text !== content;
  const understood = await understand(store, {
    text: isNew ? answer.text : content,
    timeZone: schedule?.timeZone ?? "UTC",
    named: calendar.people,
    validators: answer.kind === "read"
      ? answer.validators
      : calendar.validators,
    origin: calendar.origin.kind,
    nowMs: clock(),
  });
  if (!understood.ok || isNew) return understood;
  // A text that is the same is not written again.
  return { ok: true, reading: { ...understood.reading, content: null } };
}

/** Promises false where the calendar was changed since `before`: what was understood is of no use then. */
async function keep(
  { store, clock }: RefreshDeps,
  { before, outcome, by }: {
    before: CalendarOfLayer;
    outcome: Understood;
    by: UserAccount | null;
  },
): Promise<boolean> {
  const { layer: { id, scheduleId } } = before;
  const nowMs = clock();
  return await store.transaction(async (tx) => {
    if (!await tx.schedules.lock(scheduleId)) return true;
    const now = await tx.calendars.find(id);
    if (!now) return true;
    if (!isUnchanged(before, now)) return false;
    if (outcome.ok) await tx.calendars.saveReading(id, outcome.reading);
    else await tx.calendars.saveProblem(id, outcome.message, nowMs);
    if (by) await recordRefresh(tx, { before, by, nowMs });
    return true;
  });
}

async function recordRefresh(
  tx: Repositories,
  { before, by, nowMs }: {
    before: CalendarOfLayer;
    by: UserAccount;
    nowMs: number;
  },
): Promise<void> {
  const { id } = before.layer;
  const after = await tx.calendars.find(id);
  await recordChange(tx, {
    by,
    action: "schedule_layer.refresh",
    objectId: id,
    before: outcomeOf(before),
    after: after && outcomeOf(after),
  }, nowMs);
}

function outcomeOf({ calendar: { report, problem } }: CalendarOfLayer) {
  const { events, matched } = report;
  return { events, matched, problem: problem?.words ?? null };
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
