/** Private addresses of calendars: of a schedule, and of one's own shifts. */
import { z } from "@hono/zod-openapi";
import {
  createFeed,
  feedsOf,
  feedUrl,
  type NewFeed,
  replaceFeed,
  revokeFeed,
  shownFeed,
} from "../app/calendars/calendar_feeds.ts";
import { id, idText, time } from "../app/fields.ts";
import { demandSchedule } from "../app/schedules/schedule_entries.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { demandPassword } from "./my_account.ts";

const tag = "Calendar feeds";

const FeedDocument = z.object({
  id,
  schedule_id: id.nullable().openapi({
    description: "null: all shifts of the account's own responder.",
  }),
  account_id: id,
  masked_token: z.string().openapi({ example: "ppc_Ab12Cd34********" }),
  include_gaps: z.boolean(),
  created_at: time,
  last_used_at: time.nullable(),
}).openapi("CalendarFeed");

const NewFeedDocument = FeedDocument.extend({
  url: z.string().openapi({ description: "Shown this once." }),
}).openapi("CalendarFeedWithUrl");

/** The two kinds; the path of a person's own names no schedule. */
const KINDS = [
  {
    path: "/api/v1/schedules/{id}/calendar-feeds",
    params: z.object({ id: idText }),
    Name: "ScheduleFeed",
    what: "a schedule's shifts",
    fields: z.object({ include_gaps: z.boolean().default(false) })
      .openapi("NewScheduleFeed"),
  },
  {
    path: "/api/v1/accounts/me/calendar-feeds",
    params: z.object({}),
    Name: "MyFeed",
    what: "one's own shifts",
    fields: z.object({}).openapi("NewMyFeed"),
  },
] as const;
type Kind = (typeof KINDS)[number];

export function addCalendarFeeds(routes: Routes, deps: ApiDeps): void {
  for (const kind of KINDS) {
    addList(routes, deps, kind);
    addCreation(routes, deps, kind);
    addChanges(routes, deps, kind);
  }
}

function addList(routes: Routes, { store }: ApiDeps, kind: Kind): void {
  routes.add({
    method: "get",
    path: kind.path,
    access: "viewer",
    name: `list${kind.Name}s`,
    tag,
    summary: `List addresses of ${kind.what}: one's own, for admins all`,
    params: kind.params,
    answers: { 200: z.object({ items: z.array(FeedDocument) }) },
  }, async ({ params, principal: { account: by, role } }) => {
    const scheduleId = scheduleIdOf(params);
    if (scheduleId !== null) await demandSchedule(store, scheduleId);
    const feeds = await feedsOf(store, { scheduleId, by, role });
    return ok({ items: feeds.map(shownFeed) });
  });
}

function addCreation(routes: Routes, deps: ApiDeps, kind: Kind): void {
  routes.add({
    method: "post",
    path: kind.path,
    access: "viewer",
    name: `create${kind.Name}`,
    tag,
    summary: `Make an address of ${kind.what}; the answer holds it, this once`,
    params: kind.params,
    body: kind.fields as z.ZodType<{ include_gaps?: boolean }>,
    idempotent: true,
    problems: [409],
    answers: { 201: NewFeedDocument },
  }, async ({ params, body, principal, c }) => {
    demandPassword(principal);
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) => {
        const made = await createFeed(tx, {
          account: principal.account,
          scheduleId: scheduleIdOf(params),
          withGaps: body.include_gaps ?? false,
        }, { randomBytes: deps.randomBytes, nowMs });
        return withUrl(deps, made);
      },
    );
    return created(answer.body);
  });
}

function addChanges(routes: Routes, deps: ApiDeps, kind: Kind): void {
  const path = `${kind.path}/{feed_id}` as const;
  const params = kind.params.extend({ feed_id: idText });
  routes.add({
    method: "post",
    path: `${path}/replace`,
    access: "viewer",
    name: `replace${kind.Name}`,
    tag,
    summary: "Give the calendar another address; the old one stops at once",
    params,
    answers: { 200: NewFeedDocument },
  }, async ({ params, principal }) => {
    demandPassword(principal);
    const { account: by, role } = principal;
    const asked = { id: params.feed_id, scheduleId: scheduleIdOf(params) };
    const outside = { randomBytes: deps.randomBytes, nowMs: deps.clock() };
    const made = await deps.store.transaction((tx) =>
      replaceFeed(tx, { ...asked, by, role }, outside)
    );
    return ok(withUrl(deps, made));
  });

  routes.add({
    method: "delete",
    path,
    access: "viewer",
    name: `delete${kind.Name}`,
    tag,
    summary: "Revoke an address at once",
    params,
    answers: { 204: null },
  }, async ({ params, principal: { account: by, role } }) => {
    const asked = { id: params.feed_id, scheduleId: scheduleIdOf(params) };
    await deps.store.transaction((tx) =>
      revokeFeed(tx, { ...asked, by, role }, deps.clock())
    );
    return DONE;
  });
}

function withUrl({ config }: ApiDeps, { feed, token }: NewFeed) {
  return { ...shownFeed(feed), url: feedUrl(config.baseUrl, token) };
}

function scheduleIdOf(params: Record<string, number>): number | null {
  return params.id ?? null;
}
