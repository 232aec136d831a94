/** What would keep pages from reaching somebody, and how the burden of a month is shared. */
import { z } from "@hono/zod-openapi";
import { id, idText, number, shownTime, time } from "../app/fields.ts";
import {
  type OnCallReport,
  onCallReport,
} from "../app/schedules/on_call_report.ts";
import { type Readiness, READINESS_DAYS } from "../app/readiness/readiness.ts";
import {
  type Finding,
  FINDING_CODES,
  GRAVITIES,
  isWrong,
  SUBJECT_KINDS,
} from "../domain/readiness/finding.ts";
import {
  findingPath,
  findingSentence,
  plainSentence,
} from "../domain/readiness/finding_text.ts";
import { hoursOf } from "../domain/schedules/on_call_load.ts";
import { ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";

const StretchDocument = z.object({ starts_at: time, ends_at: time });

const FindingDocument = z.object({
  severity: z.enum(GRAVITIES),
  code: z.enum(FINDING_CODES),
  subject: z.object({
    kind: z.enum(SUBJECT_KINDS),
    id: id.nullable(),
    name: z.string(),
  }),
  at: time.openapi({ description: "When it first matters." }),
  message: z.string().openapi({
    description: "A sentence that says what to do. Its times are in UTC.",
  }),
  url: z.string().openapi({ description: "Where it is mended." }),
  stretches: z.array(StretchDocument).openapi({
    description: "When it is so; empty where that is no matter of time.",
  }),
  step: z.int().nullable().openapi({ description: "0-based." }),
  policy_ids: z.array(id).openapi({
    description: "Of a gap: the policies that skip a step in it.",
  }),
}).openapi("ReadinessFinding");

const ReadinessDocument = z.object({
  from: time,
  to: time,
  ready: z.boolean().openapi({
    description: "Nothing will or may fail.",
  }),
  findings: z.array(FindingDocument),
}).openapi("Readiness");

const LoadDocument = z.object({
  responder_id: id,
  name: z.string(),
  time_zone: z.string(),
  on_call_hours: z.number(),
  schedules: z.array(z.object({
    id,
    name: z.string(),
    on_call_hours: z.number(),
  })),
  pages: z.int(),
  incidents: z.int(),
  nights_interrupted: z.int(),
  weekend_days_interrupted: z.int(),
}).openapi("OnCallLoad");

const ReportDocument = z.object({
  month: z.string(),
  from: time,
  to: time,
  time_zone: z.string(),
  planned: z.boolean().openapi({
    description: "The month has not begun: the hours are what is planned.",
  }),
  mean: z.object({
    on_call_hours: z.number(),
    pages: z.number(),
    nights_interrupted: z.number(),
    weekend_days_interrupted: z.number(),
  }),
  responders: z.array(LoadDocument),
}).openapi("OnCallLoadReport");

export function addReadiness(routes: Routes, deps: ApiDeps): void {
  addCheck(routes, deps);
  addLoad(routes, deps);
}

function addCheck(routes: Routes, { readiness, config }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/readiness",
    access: "viewer",
    name: "lookAhead",
    tag: "System",
    summary: "What would keep pages from reaching somebody in the next days",
    description:
      "The worst and soonest first. Found by running the escalation itself over who is on call. A result may be a minute old, unless somebody has changed something since.",
    query: z.object({ days: number(READINESS_DAYS) }),
    answers: { 200: ReadinessDocument },
  }, async ({ query }) => {
    const found = await readiness(query.days);
    return ok({
      from: shownTime(found.fromMs),
      to: shownTime(found.toMs),
      ready: !found.findings.some(isWrong),
      findings: found.findings.map((finding) =>
        shownFinding(finding, found, config.baseUrl)
      ),
    });
  });
}

function addLoad(routes: Routes, { store, clock }: ApiDeps): void {
  routes.add({
    method: "get",
    path: "/api/v1/reports/on-call-load",
    access: "viewer",
    name: "getOnCallLoad",
    tag: "Schedules",
    summary: "Hours on call, pages and interrupted nights of a month",
    description:
      "By default the present month, up to now. The month begins and ends in the time zone of who asks. Hours follow the schedules as they are now; nights (22:00 to 07:00) and weekend days are each person's own.",
    query: z.object({
      month: z.string().max(20).optional().openapi({ example: "2026-11" }),
      team_id: idText.optional(),
    }),
    answers: { 200: ReportDocument },
  }, async ({ query, principal }) => {
    const asking = await store.responders.find(principal.account.responderId);
    const timeZone = asking?.timeZone ?? "UTC";
    const report = await onCallReport(store, {
      month: query.month,
      teamId: query.team_id,
      timeZone,
      nowMs: clock(),
    });
    return ok(shownReport(report, timeZone));
  });
}

function shownFinding(
  finding: Finding,
  { fromMs, toMs }: Readiness,
  baseUrl: string,
) {
  const telling = { fromMs, toMs, timeZone: "UTC" };
  return {
    severity: finding.gravity,
    code: finding.code,
    subject: finding.subject,
    at: shownTime(finding.atMs),
    message: plainSentence(findingSentence(finding, telling)),
    url: baseUrl + findingPath(finding),
    stretches: "stretches" in finding
      ? finding.stretches.map(({ startsAtMs, endsAtMs }) => ({
        starts_at: shownTime(startsAtMs),
        ends_at: shownTime(endsAtMs),
      }))
      : [],
    step: finding.code === "step_reaches_nobody" ? finding.step : null,
    policy_ids: finding.code === "schedule_gap"
      ? finding.policies.map((policy) => policy.id)
      : [],
  };
}

function shownReport(
  { month, untilMs, isPlan, mean, people }: OnCallReport,
  timeZone: string,
) {
  return {
    month: month.text,
    from: shownTime(month.fromMs),
    to: shownTime(untilMs),
    time_zone: timeZone,
    planned: isPlan,
    mean: {
      on_call_hours: hoursOf(mean.onCallMs),
      pages: mean.pages,
      nights_interrupted: mean.nights,
      weekend_days_interrupted: mean.weekendDays,
    },
    responders: people.map((load) => ({
      responder_id: load.responderId,
      name: load.name,
      time_zone: load.timeZone,
      on_call_hours: hoursOf(load.onCallMs),
      schedules: load.bySchedule.map(({ id, name, onCallMs }) => ({
        ...{ id, name },
        on_call_hours: hoursOf(onCallMs),
      })),
      pages: load.pages,
      incidents: load.incidents,
      nights_interrupted: load.nights,
      weekend_days_interrupted: load.weekendDays,
    })),
  };
}
