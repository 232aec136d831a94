/** Cover requests: "take my Friday 18:00 to Saturday 09:00", and what a colleague answers. */
import { z } from "@hono/zod-openapi";
import {
  acceptCoverRequest,
  cancelCoverRequest,
  declineCoverRequest,
} from "../app/cover/answer_cover_request.ts";
import { askForCover } from "../app/cover/ask_for_cover.ts";
import {
  NewCoverRequestFields,
  shownCoverRequest,
} from "../app/cover/cover_request_fields.ts";
import type { CoverWriting } from "../app/cover/cover_writing.ts";
import {
  id,
  idText,
  pageOf,
  pageQuery,
  shownPage,
  time,
} from "../app/fields.ts";
import { notFound } from "../app/refused_error.ts";
import { demandSchedule } from "../app/schedules/schedule_entries.ts";
import { COVER_STATUSES } from "../domain/cover/cover_request.ts";
import type { Principal } from "../http/edge_env.ts";
import { created, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";

const CoverRequestDocument = z.object({
  id,
  schedule_id: id,
  requester_id: id,
  asked_responder_id: id.nullable(),
  starts_at: time,
  ends_at: time,
  note: z.string(),
  status: z.enum(COVER_STATUSES),
  answered_by_id: id.nullable(),
  answered_at: time.nullable(),
  override_ids: z.array(id).openapi({
    description: "The overrides that accepting it has made.",
  }),
  created_at: time,
  updated_at: time,
}).openapi("CoverRequest");

const tag = "Cover requests";
const params = z.object({ id: idText });
const MOST_MINE = 200;

/** Adds the routes. Reading is for everybody with an account, asking and answering for responders. */
export function addCoverRequests(routes: Routes, deps: ApiDeps): void {
  addLists(routes, deps);
  addAsking(routes, deps);
  addAnswers(routes, deps);
}

function addLists(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/schedules/{id}/cover-requests",
    access: "viewer",
    name: "listScheduleCoverRequests",
    tag,
    summary: "List a schedule's cover requests",
    description: "Newest first.",
    params,
    query: z.object(pageQuery),
    answers: { 200: pageOf(CoverRequestDocument) },
  }, async ({ params, query }) => {
    await demandSchedule(store, params.id);
    const nowMs = clock();
    const { page, page_size: pageSize } = query;
    const found = await store.coverRequests
      .listBySchedule(params.id, { page, pageSize });
    return ok(shownPage(found, (one) => shownCoverRequest(one, nowMs)));
  });

  routes.add({
    method: "get",
    path: "/api/v1/cover-requests",
    access: "viewer",
    name: "listCoverRequests",
    tag,
    summary: "List the cover requests that concern you",
    description:
      "`mine=open`, the default: open ones that you made or were asked, also as a member of the team, the soonest first, at most 200. `mine=all`: those that you made or were asked by name, whatever became of them, newest first.",
    query: z.object({
      mine: z.enum(["open", "all"]).default("open"),
      ...pageQuery,
    }),
    answers: { 200: pageOf(CoverRequestDocument) },
  }, async ({ query: { mine, page, page_size: pageSize }, principal }) => {
    const nowMs = clock();
    const { responderId } = principal.account;
    const show = (one: Parameters<typeof shownCoverRequest>[0]) =>
      shownCoverRequest(one, nowMs);
    if (mine === "all") {
      const found = await store.coverRequests
        .listOf(responderId, { page, pageSize });
      return ok(shownPage(found, show));
    }
    const open = await store.coverRequests
      .openFor(responderId, nowMs, MOST_MINE);
    const items = open.slice((page - 1) * pageSize, page * pageSize);
    const total = open.length;
    const totalPages = Math.ceil(total / pageSize);
    return ok(shownPage({ items, total, page, totalPages }, show));
  });

  routes.add({
    method: "get",
    path: "/api/v1/cover-requests/{id}",
    access: "viewer",
    name: "getCoverRequest",
    tag,
    summary: "Read one cover request",
    params,
    answers: { 200: CoverRequestDocument },
  }, async ({ params }) => {
    const request = await store.coverRequests.find(params.id);
    if (!request) throw notFound("cover request", params.id);
    return ok(shownCoverRequest(request, clock()));
  });
}

function addAsking(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path: "/api/v1/schedules/{id}/cover-requests",
    access: "responder",
    name: "createCoverRequest",
    tag,
    summary: "Ask a colleague, or the whole team, to take over a time",
    params,
    body: NewCoverRequestFields,
    idempotent: true,
    problems: [409],
    answers: { 201: CoverRequestDocument },
  }, async ({ params, body, principal, c }) => {
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) => {
        const wanted = {
          scheduleId: params.id,
          requesterId: body.requester_id ?? principal.account.responderId,
          askedId: body.asked_responder_id,
          startsAtMs: body.starts_at,
          endsAtMs: body.ends_at,
          note: body.note,
        };
        const writing = writingOf(deps, principal, nowMs);
        return shownCoverRequest(
          await askForCover(tx, wanted, writing),
          nowMs,
        );
      },
    );
    deps.actions.wake();
    return created(answer.body);
  });
}

const ANSWERS = [
  {
    verb: "accept",
    answer: acceptCoverRequest,
    summary: "Take the time over",
    description:
      "For the one who was asked, or the other members of the team. Makes overrides that put you in the requester's place wherever they are on call, from now on.",
  },
  {
    verb: "decline",
    answer: declineCoverRequest,
    summary: "Say that you cannot",
    description: "For the one who was asked by name.",
  },
  {
    verb: "cancel",
    answer: cancelCoverRequest,
    summary: "Take the request back",
    description: "For the one who asked, or an admin.",
  },
] as const;

function addAnswers(routes: Routes, deps: ApiDeps): void {
  for (const { verb, answer, summary, description } of ANSWERS) {
    routes.add({
      method: "post",
      path: `/api/v1/cover-requests/{id}/${verb}`,
      access: "responder",
      name: `${verb}CoverRequest`,
      tag,
      summary,
      description,
      params,
      problems: [409],
      answers: { 200: CoverRequestDocument },
    }, async ({ params, principal }) => {
      const nowMs = deps.clock();
      const writing = writingOf(deps, principal, nowMs);
      const after = await deps.store.transaction((tx) =>
        answer(tx, params.id, writing)
      );
      deps.actions.wake();
      return ok(shownCoverRequest(after, nowMs));
    });
  }
}

function writingOf(
  { newId, config: { sendingEnabled, baseUrl } }: ApiDeps,
  { account, role }: Principal,
  nowMs: number,
): CoverWriting {
  const engine = { newId, sendingEnabled, baseUrl };
  return { engine, by: { account, role }, nowMs };
}
