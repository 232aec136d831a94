/** A dry run as JSON, in the API and from the command. */
import { z } from "@hono/zod-openapi";
import { SEVERITIES } from "../../domain/intake/alert.ts";
import { CHANNEL_KINDS } from "../../domain/responders/people.ts";
import type { Look, NamedPage } from "../../domain/policies/look.ts";
import type { DryRun } from "./dry_run.ts";
import { id, instant, shownTime, shownTimeOrNull, time } from "../fields.ts";

/** When what fires is imagined to fire, and how bad it is. */
export const dryRunQuery = {
  at: instant.optional(),
  severity: z.enum(SEVERITIES).default("critical"),
};

const minute = z.number().openapi({
  description: "Minutes since the incident opened.",
});
const step = z.int().openapi({ description: "0-based." });
const round = z.int().openapi({
  description: "Which time through the steps, 0-based.",
});

const Skipped = z.object({
  step,
  round,
  reason: z.enum([
    "other_severity",
    "outside_business_hours",
    "within_business_hours",
    "nobody_on_call",
    "nobody_reachable",
  ]),
});

const Page = z.object({
  responder: z.object({ id, name: z.string() }),
  channel: z.enum(CHANNEL_KINDS),
  contact_method_id: id,
  at: time,
  minute,
});

const look = {
  at: time,
  minute,
  skipped: z.array(Skipped).openapi({
    description:
      "Steps passed over at this instant, before the one that pages.",
  }),
  pages: z.array(Page),
};

export const DryRunDocument = z.object({
  escalation_policy: z.object({ id, name: z.string() }),
  at: time,
  severity: z.enum(SEVERITIES),
  steps: z.array(z.object({
    ...look,
    step,
    round,
    round_robin: z.boolean().openapi({
      description: "The person whose turn it is; looking takes no turn.",
    }),
  })).openapi({
    description: "Every step that pages, through all repeats.",
  }),
  end: z.object({
    ...look,
    outcome: z.enum(["exhausted", "closed_by_age"]),
    reason: z.enum(["nobody_answered", "nobody_reachable", "no_step_applies"])
      .nullable().openapi({ description: "Null when it closes by its age." }),
    last_resort: z.enum(["policy", "team", "admins"]).nullable().openapi({
      description:
        "Whom the last pages go to: the policy's own fallback, the team's members, the admins; null: nobody.",
    }),
  }),
  closes_at: time.nullable().openapi({
    description: "When the source closes the incident by its age.",
  }),
}).openapi("DryRun");

/** Promises the dry run as the API shows it. */
export function shownDryRun(run: DryRun): z.input<typeof DryRunDocument> {
  const { policy, startsAtMs, severity, closesAtMs } = run;
  return {
    escalation_policy: { id: policy.policyId, name: policy.name },
    at: shownTime(startsAtMs),
    severity,
    steps: run.steps.map((each) => ({
      ...shownLook(each, startsAtMs),
      // Only the end has no step.
      step: each.step ?? 0,
      round: each.round,
      round_robin: each.inTurn,
    })),
    end: shownEnd(run),
    closes_at: shownTimeOrNull(closesAtMs),
  };
}

function shownEnd({ end, closesAtMs, startsAtMs }: DryRun) {
  if (end === null) {
    const atMs = closesAtMs ?? startsAtMs;
    return {
      at: shownTime(atMs),
      minute: minutesBetween(startsAtMs, atMs),
      ...{ skipped: [], pages: [], reason: null, last_resort: null },
      outcome: "closed_by_age" as const,
    };
  }
  return {
    ...shownLook(end, startsAtMs),
    outcome: "exhausted" as const,
    reason: end.exhausted,
    last_resort: end.lastResort,
  };
}

function shownLook({ atMs, skipped, pages }: Look, startsAtMs: number) {
  return {
    at: shownTime(atMs),
    minute: minutesBetween(startsAtMs, atMs),
    skipped,
    pages: pages.map((page) => shownPage(page, startsAtMs)),
  };
}

function shownPage(
  { responderId, name, contactMethod, dueAtMs }: NamedPage,
  startsAtMs: number,
) {
  return {
    responder: { id: responderId, name },
    channel: contactMethod.channel,
    contact_method_id: contactMethod.id,
    at: shownTime(dueAtMs),
    minute: minutesBetween(startsAtMs, dueAtMs),
  };
}

/** Promises minutes to the thousandth: delays are fractions of a minute. */
export function minutesBetween(fromMs: number, toMs: number): number {
  return Math.round((toMs - fromMs) / 60) / 1_000;
}
