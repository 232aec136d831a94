/** Who is on call: on one schedule, and on all of them at once. */
import { z } from "@hono/zod-openapi";
import {
  id,
  idText,
  instant,
  pageOf,
  pageQuery,
  shownTime,
  shownTimeOrNull,
  time,
} from "../app/fields.ts";
import { loadDuties, type ScheduleDuty } from "../app/schedules/load_duties.ts";
import { demandPlan } from "../app/schedules/schedule_layers.ts";
import { onCallAt } from "../domain/schedules/schedule.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { type Names, namesOf, OnDuty, shownPeople } from "./shown_shift.ts";

const DutyDocument = z.object({
  schedule_id: id,
  schedule_name: z.string(),
  team_id: id,
  responders: OnDuty.openapi({ description: "Empty: nobody is on call." }),
  since: time.nullable().openapi({
    description: "Since when just these; null: for more than 92 days.",
  }),
  until: time.nullable().openapi({
    description: "null: for more than 92 days.",
  }),
  next: z.object({ at: time, responders: OnDuty }).nullable().openapi({
    description:
      "The first who come without being on call now; null: nobody within 92 days.",
  }),
}).openapi("Duty");

const tag = "Schedules";

export function addOnCall(routes: Routes, deps: ApiDeps): void {
  addOneSchedule(routes, deps);
  addEverySchedule(routes, deps);
}

function addOneSchedule(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/schedules/{id}/on-call",
    access: "viewer",
    name: "getOnCall",
    tag,
    summary: "Who is on call, now or at an instant",
    params: z.object({ id: idText }),
    query: z.object({ at: instant.optional() }),
    answers: {
      200: z.object({ schedule_id: id, at: time, responders: OnDuty }),
    },
  }, async ({ params, query }) => {
    const atMs = query.at ?? clock();
    const range = { fromMs: atMs, toMs: atMs + 1 };
    const ids = onCallAt(await demandPlan(store, params.id, range), atMs);
    return ok({
      schedule_id: params.id,
      at: shownTime(atMs),
      responders: shownPeople(ids, await namesOf(store, ids)),
    });
  });
}

function addEverySchedule(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/on-call",
    access: "viewer",
    name: "listOnCall",
    tag,
    summary: "Who is on call on every schedule, until when, and who is next",
    description:
      "Now or at an instant, by the schedules' names. With `responder_id` only the schedules on which that responder is on call then.",
    query: z.object({
      ...pageQuery,
      at: instant.optional(),
      team_id: idText.optional(),
      responder_id: idText.optional(),
    }),
    answers: { 200: pageOf(DutyDocument).extend({ at: time }) },
  }, async ({ query }) => {
    const atMs = query.at ?? clock();
    const page = await loadDuties(store, {
      atMs,
      teamId: query.team_id,
      responderId: query.responder_id,
      page: { page: query.page, pageSize: query.page_size },
    });
    const people = page.items.flatMap(({ duty }) => [
      ...duty.responderIds,
      ...duty.next?.responderIds ?? [],
    ]);
    const names = await namesOf(store, people);
    return ok({
      at: shownTime(atMs),
      items: page.items.map((item) => shownDuty(item, names)),
      total: page.total,
      page: page.page,
      total_pages: page.totalPages,
    });
  });
}

function shownDuty({ schedule, duty }: ScheduleDuty, names: Names) {
  const { responderIds, sinceMs, untilMs, next } = duty;
  return {
    schedule_id: schedule.id,
    schedule_name: schedule.name,
    team_id: schedule.teamId,
    responders: shownPeople(responderIds, names),
    since: shownTimeOrNull(sinceMs),
    until: shownTimeOrNull(untilMs),
    next: next && {
      at: shownTime(next.atMs),
      responders: shownPeople(next.responderIds, names),
    },
  };
}
