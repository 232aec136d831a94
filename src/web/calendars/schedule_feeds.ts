/** Subscribing to shifts: the private addresses of one schedule, or of one's own shifts. */
import {
  createFeed,
  type FeedAsked,
  feedsOf,
  feedUrl,
  type NewFeed,
  replaceFeed,
  revokeFeed,
  webcalUrl,
} from "../../app/calendars/calendar_feeds.ts";
import type { CalendarFeed } from "../../ports/calendar_repositories.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { readPosted } from "../form.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { found, pathId } from "../posted.ts";
import { shortTime } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

/** Where the feeds are, as `/schedules/{id}/feeds`. */
type Place = "/schedules/{id}/feeds" | "/account/feeds";

/** Adds the pages and forms of both kinds of feeds. */
export function addFeeds(routes: Routes, deps: WebDeps): void {
  for (const place of ["/schedules/{id}/feeds", "/account/feeds"] as const) {
    addPage(routes, deps, place);
    addChanges(routes, deps, place);
  }
}

function addPage(routes: Routes, deps: WebDeps, place: Place): void {
  routes.page(
    place,
    "viewer",
    (c: EdgeContext) => showFeeds(c, deps, { place, made: null }),
  );

  routes.page(place, "viewer", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { account } = c.get("principal");
    const scheduleId = scheduleIdIn(c, place);
    const withGaps = form.has("include_gaps");
    const outside = { randomBytes: deps.randomBytes, nowMs: viewer.view.nowMs };
    // No redirect: the address is kept nowhere that the next page could read it from.
    const made = await deps.store.transaction((tx) =>
      createFeed(tx, { account, scheduleId, withGaps }, outside)
    );
    return showFeeds(c, deps, { place, made });
  }, "post");
}

function addChanges(routes: Routes, deps: WebDeps, place: Place): void {
  routes.page(`${place}/{feed}/replace`, "viewer", async (c: EdgeContext) => {
    const { viewer } = await readPosted(c, deps);
    const outside = { randomBytes: deps.randomBytes, nowMs: viewer.view.nowMs };
    const made = await deps.store.transaction((tx) =>
      replaceFeed(tx, askedIn(c, place), outside)
    );
    return showFeeds(c, deps, { place, made });
  }, "post");

  routes.page(`${place}/{feed}/revoke`, "viewer", async (c: EdgeContext) => {
    await readPosted(c, deps);
    await deps.store.transaction((tx) =>
      revokeFeed(tx, askedIn(c, place), deps.clock())
    );
    const text = "The address is revoked: calendars that use it stop.";
    leaveNotice(c, { tone: "good", text }, deps.config);
    return c.redirect(hereOf(c, place), 303);
  }, "post");
}

async function showFeeds(
  c: EdgeContext,
  deps: WebDeps,
  { place, made }: { place: Place; made: NewFeed | null },
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const { store, config: { baseUrl } } = deps;
  const scheduleId = scheduleIdIn(c, place);
  const schedule = scheduleId === null
    ? null
    : found(await store.schedules.find(scheduleId), "schedule");
  const { account: by, role } = c.get("principal");
  const feeds = await feedsOf(store, { scheduleId, by, role });
  return showPage(c, deps, {
    template: "schedules/feeds",
    title: schedule
      ? `Subscribe to ${schedule.name}`
      : "Subscribe to my shifts",
    place: schedule ? "schedules" : null,
    viewer,
    status: made ? 201 : 200,
    view: {
      schedule,
      here: hereOf(c, place),
      made: made && {
        url: feedUrl(baseUrl, made.token),
        webcal: webcalUrl(baseUrl, made.token),
      },
      feeds: feeds.map((feed) => shown(feed, viewer)),
    },
  });
}

function shown(feed: CalendarFeed, { accountId, view }: Viewer) {
  return {
    id: feed.id,
    masked: `ppc_${feed.tokenId}…`,
    mine: feed.accountId === accountId,
    gaps: feed.withGaps,
    made: shortTime(feed.createdAtMs, view),
    used: feed.usedAtMs === null ? null : shortTime(feed.usedAtMs, view),
  };
}

function scheduleIdIn(c: EdgeContext, place: Place): number | null {
  return place === "/account/feeds" ? null : pathId(c);
}

function hereOf(c: EdgeContext, place: Place): string {
  return place === "/account/feeds" ? place : `/schedules/${pathId(c)}/feeds`;
}

function askedIn(c: EdgeContext, place: Place): FeedAsked {
  const { account: by, role } = c.get("principal");
  const scheduleId = scheduleIdIn(c, place);
  return { id: pathId(c, "feed"), scheduleId, by, role };
}
