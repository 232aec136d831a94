/** What a calendar program gets at a feed's address. */
import {
  dutiesIn,
  type Duty,
  feedRange,
} from "../../domain/calendars/calendar_feed.ts";
import {
  type Schedule,
  type SchedulePlan,
  shiftsInSlices,
} from "../../domain/schedules/schedule.ts";
import type { CalendarFeed } from "../../ports/calendar_repositories.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Repositories } from "../../ports/store.ts";
import { inSlices } from "../in_slices.ts";
import { RefusedError } from "../refused_error.ts";
import { feedTokenId, sameHash, sha256Hex } from "../secrets.ts";
import type { IcalEvent } from "./write_ical.ts";

export interface FeedDeps {
  store: Repositories;
  clock: Clock;
  /** Without a slash at the end. */
  baseUrl: string;
}

export interface ServedFeed {
  text: string;
  /** Strong, with its quotes (RFC 9110, section 8.8.3). */
  etag: string;
  changedAtMs: number;
  /** ASCII. */
  fileName: string;
}

// Several devices may share an address and look every five minutes; thirty at once are a loop.
const BUCKET = { capacity: 30, refillPerSecond: 1 / 10, cost: 1 };
const NOBODY = { tokenId: "--------", tokenHash: "0".repeat(64) };

/**
 * Promises the feed with this token. null where the token is unknown, wrong or revoked, and where the account that made
 * it is disabled: nobody can tell which. Throws a `throttled` refusal when the feed is asked for too often.
 */
export async function serveFeed(
  deps: FeedDeps,
  token: string,
): Promise<ServedFeed | null> {
  const { store, clock } = deps;
  const found = await store.calendarFeeds
    .findByTokenId(feedTokenId(token) ?? NOBODY.tokenId);
  const known = found?.feed.tokenHash ?? NOBODY.tokenHash;
  const matches = sameHash(sha256Hex(token), known);
  if (!found || !matches || !found.account.enabled) return null;
  const { feed, account } = found;
  const nowMs = clock();
  const { retryAfterMs } = await store.rateLimits
    .take(`calendar_feed:${feed.id}`, BUCKET, nowMs);
  if (retryAfterMs > 0) throw throttled(retryAfterMs);
  const shown = feed.scheduleId === null
    ? await ownFeed(deps, account.responderId, nowMs)
    : await scheduleFeed(deps, { ...feed, scheduleId: feed.scheduleId }, nowMs);
  if (!shown) return null;
  const hash = sha256Hex(JSON.stringify(shown));
  const changedAtMs = await store.calendarFeeds.recordUse(feed, hash, nowMs);
  // Its library is loaded by the first feed, and not by every start.
  const { writeIcal } = await import("./write_ical.ts");
  const text = writeIcal({ ...shown, changedAtMs });
  const etag = `"${sha256Hex(text).slice(0, 32)}"`;
  const fileName = feed.scheduleId === null ? "my-shifts.ics" : "on-call.ics";
  return { text, etag, changedAtMs, fileName };
}

interface Shown {
  name: string;
  events: IcalEvent[];
}

async function scheduleFeed(
  { store, baseUrl }: FeedDeps,
  { scheduleId, withGaps }: CalendarFeed & { scheduleId: number },
  nowMs: number,
): Promise<Shown | null> {
  const schedule = await store.schedules.find(scheduleId);
  if (!schedule) return null;
  const { earlierMs, toMs } = feedRange(nowMs);
  const plans = await store.schedules.plans([scheduleId], earlierMs, toMs);
  const duties = (await dutiesShown(plans.get(scheduleId), nowMs))
    .filter(({ responderId }) => withGaps || responderId !== null);
  const names = await namesOf(store, duties);
  const title = withoutAddresses(schedule.name);
  return {
    name: `On call: ${title}`,
    events: duties.map((duty) => {
      const who = duty.responderId === null
        ? "Nobody"
        : names.get(duty.responderId) ?? "Somebody";
      const summary = `${who} on call: ${title}`;
      return eventOf(duty, { schedule, summary, baseUrl, nowMs });
    }),
  };
}

async function ownFeed(
  { store, baseUrl }: FeedDeps,
  responderId: number,
  nowMs: number,
): Promise<Shown> {
  const { earlierMs, toMs } = feedRange(nowMs);
  const schedules = await store.schedules
    .ofResponder(responderId, earlierMs, toMs);
  const ids = schedules.map(({ id }) => id);
  const plans = await store.schedules.plans(ids, earlierMs, toMs);
  const events: IcalEvent[] = [];
  for (const schedule of schedules) {
    const duties = await dutiesShown(plans.get(schedule.id), nowMs);
    const summary = `On call: ${withoutAddresses(schedule.name)}`;
    for (const duty of duties) {
      if (duty.responderId !== responderId) continue;
      events.push(eventOf(duty, { schedule, summary, baseUrl, nowMs }));
    }
  }
  return { name: "My shifts", events };
}

async function dutiesShown(
  plan: SchedulePlan | undefined,
  nowMs: number,
): Promise<Duty[]> {
  if (!plan) return [];
  const { earlierMs, fromMs, toMs } = feedRange(nowMs);
  const range = { fromMs: earlierMs, toMs };
  return dutiesIn(await inSlices(shiftsInSlices(plan, range)))
    .filter(({ endsAtMs }) => endsAtMs > fromMs);
}

/**
 * A shift is named by whom it puts on call and when it begins. One that began before all that is looked at is named by
 * its end, or, where that is out of sight too, by nothing more: a name must not move with the day of the look.
 */
function eventOf(
  { responderId, startsAtMs, endsAtMs }: Duty,
  { schedule, summary, baseUrl, nowMs }: {
    schedule: Schedule;
    summary: string;
    baseUrl: string;
    nowMs: number;
  },
): IcalEvent {
  const { earlierMs, fromMs, toMs } = feedRange(nowMs);
  const when = startsAtMs > earlierMs
    ? `from-${startsAtMs / 1_000}`
    : endsAtMs < toMs
    ? `until-${endsAtMs / 1_000}`
    : "throughout";
  const who = responderId === null ? "nobody" : responderId;
  return {
    uid: `shift-${schedule.id}-${who}-${when}@${new URL(baseUrl).hostname}`,
    startsAtMs: startsAtMs > earlierMs ? startsAtMs : fromMs,
    endsAtMs,
    summary,
    url: `${baseUrl}/schedules/${schedule.id}`,
  };
}

async function namesOf(
  store: Repositories,
  duties: readonly Duty[],
): Promise<Map<number, string>> {
  const ids = new Set(duties.flatMap(({ responderId }) => responderId ?? []));
  const people = await store.responders.reachable([...ids]);
  return new Map(people.map(({ id, name }) => [id, withoutAddresses(name)]));
}

/** What is in a feed may be seen by whoever the calendar is shared with: nothing in it that one could write or ring to. */
function withoutAddresses(text: string): string {
  return text.replaceAll(/@[^\s@]+/g, "")
    .replaceAll(/\+\d[\d ()/.-]{6,}\d/g, "…").trim();
}

function throttled(retryAfterMs: number): RefusedError {
  return new RefusedError(
    "throttled",
    "too_many_requests",
    "This calendar is asked for too often. Wait, then try again.",
    { retryAfterMs },
  );
}
