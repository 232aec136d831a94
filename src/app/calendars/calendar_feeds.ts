/** Private addresses at which calendar programs read shifts. Everybody makes and revokes their own; admins revoke all. */
import {
  allows,
  type Role,
  type UserAccount,
} from "../../domain/responders/people.ts";
import type { CalendarFeed } from "../../ports/calendar_repositories.ts";
import type { Repositories } from "../../ports/store.ts";
import { shownTime, shownTimeOrNull } from "../fields.ts";
import { recordChange } from "../record_change.ts";
import { notFound, RefusedError } from "../refused_error.ts";
import { demandSchedule } from "../schedules/schedule_entries.ts";
import { newFeedToken, type RandomBytes } from "../secrets.ts";

/** More calendars than anybody has. */
const MOST_PER_ACCOUNT = 50;

interface Outside {
  randomBytes: RandomBytes;
  nowMs: number;
}

/** A feed together with its token, which is not kept. */
export interface NewFeed {
  feed: CalendarFeed;
  token: string;
}

/** Whose feed it is asked for, and by whom; `scheduleId` null: a feed of all of one's own shifts. */
export interface FeedAsked {
  id: number;
  scheduleId: number | null;
  by: UserAccount;
  role: Role;
}

/** Promises the new feed; to be called in a transaction. */
export async function createFeed(
  tx: Repositories,
  { account, scheduleId, withGaps }: {
    account: UserAccount;
    scheduleId: number | null;
    withGaps: boolean;
  },
  { randomBytes, nowMs }: Outside,
): Promise<NewFeed> {
  if (scheduleId !== null) await demandSchedule(tx, scheduleId);
  const own = await tx.calendarFeeds.list({ accountId: account.id });
  if (own.length >= MOST_PER_ACCOUNT) throw tooMany();
  const secret = newFeedToken(randomBytes);
  const feed = await tx.calendarFeeds.insert({
    tokenId: secret.publicId,
    tokenHash: secret.hash,
    accountId: account.id,
    scheduleId,
    withGaps: withGaps && scheduleId !== null,
    createdAtMs: nowMs,
  });
  await recordChange(tx, {
    by: account,
    action: "calendar_feed.create",
    objectId: feed.id,
    before: null,
    after: shownFeed(feed),
  }, nowMs);
  return { feed, token: secret.text };
}

/** Promises the feed with another token; the address before has stopped working. To be called in a transaction. */
export async function replaceFeed(
  tx: Repositories,
  asked: FeedAsked,
  { randomBytes, nowMs }: Outside,
): Promise<NewFeed> {
  const before = await demandFeed(tx, asked);
  // Whoever gets to see an address sees what its account may see: nobody gets one in somebody else's name.
  if (before.accountId !== asked.by.id) throw notFound("feed", asked.id);
  const secret = newFeedToken(randomBytes);
  const token = { tokenId: secret.publicId, tokenHash: secret.hash };
  const feed = await tx.calendarFeeds.replaceToken(before.id, token);
  if (!feed) throw notFound("feed", asked.id);
  await recordChange(tx, {
    by: asked.by,
    action: "calendar_feed.replace",
    objectId: feed.id,
    before: { masked_token: maskedFeed(before) },
    after: { masked_token: maskedFeed(feed) },
  }, nowMs);
  return { feed, token: secret.text };
}

/** Promises that the address has stopped working; to be called in a transaction. */
export async function revokeFeed(
  tx: Repositories,
  asked: FeedAsked,
  nowMs: number,
): Promise<void> {
  const feed = await demandFeed(tx, asked);
  await tx.calendarFeeds.delete(feed.id);
  await recordChange(tx, {
    by: asked.by,
    action: "calendar_feed.delete",
    objectId: feed.id,
    before: shownFeed(feed),
    after: null,
  }, nowMs);
}

/** Promises the feeds that the account may see: its own, and for admins those of everybody. */
export async function feedsOf(
  store: Repositories,
  { scheduleId, by, role }: Omit<FeedAsked, "id">,
): Promise<CalendarFeed[]> {
  const all = scheduleId !== null && allows(role, "admin");
  return await store.calendarFeeds.list({
    scheduleId,
    ...(all ? {} : { accountId: by.id }),
  });
}

/** Promises the feed as JSON and the audit log have it, without its secret. */
export function shownFeed(feed: CalendarFeed) {
  return {
    id: feed.id,
    schedule_id: feed.scheduleId,
    account_id: feed.accountId,
    masked_token: maskedFeed(feed),
    include_gaps: feed.withGaps,
    created_at: shownTime(feed.createdAtMs),
    last_used_at: shownTimeOrNull(feed.usedAtMs),
  };
}

/** Promises the address of a feed. */
export function feedUrl(baseUrl: string, token: string): string {
  return `${baseUrl}/ical/${token}.ics`;
}

/** Promises the address in the form that opens a calendar program at a click. */
export function webcalUrl(baseUrl: string, token: string): string {
  return feedUrl(baseUrl, token).replace(/^https?:/, "webcal:");
}

async function demandFeed(
  tx: Repositories,
  { id, scheduleId, by, role }: FeedAsked,
): Promise<CalendarFeed> {
  const feed = await tx.calendarFeeds.find(id);
  // Somebody else's feed is as good as not there.
  const may = feed && (feed.accountId === by.id || allows(role, "admin"));
  if (!may || feed.scheduleId !== scheduleId) throw notFound("feed", id);
  return feed;
}

function maskedFeed({ tokenId }: CalendarFeed): string {
  return `ppc_${tokenId}${"*".repeat(8)}`;
}

function tooMany(): RefusedError {
  return new RefusedError(
    "conflict",
    "too_many_feeds",
    `An account may have ${MOST_PER_ACCOUNT} calendar addresses. Revoke one that is not used.`,
  );
}
