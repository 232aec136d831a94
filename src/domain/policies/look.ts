/** One moment of an escalation as people want to see it: what is passed over, who is paged, and whether it is the end. */
import type {
  EscalationPlan,
  ExhaustedReason,
  LastResort,
} from "./escalation.ts";
import type { Directory, PlannedPage, Position, Reach } from "./reach.ts";
import type { PassedOver } from "./step_condition.ts";
import type { TimelineKind } from "../incidents/timeline.ts";

export type SkipReason = PassedOver | Reach["reason"];

export interface SkippedStep extends Position {
  reason: SkipReason;
}

export type NamedPage = PlannedPage & { name: string };

export interface Look {
  atMs: number;
  /** Which time through the steps, 0-based. */
  round: number;
  /** 0-based; null for the last resort, which is the end. */
  step: number | null;
  /** Steps passed over at this instant, before the one that pages. */
  skipped: SkippedStep[];
  /** Empty where nobody at all can be reached. */
  pages: NamedPage[];
  /** The step pages one of its people by turns. */
  inTurn: boolean;
  /** Whom the last resort was taken from; null for a step, and where nobody is left. */
  lastResort: LastResort | null;
  /** Why the steps are over; null for a step. */
  exhausted: ExhaustedReason | null;
}

/** Promises what the plan of this instant amounts to, with everybody's name. */
export function lookOf(
  { incident, pages, entries, turnStep }: EscalationPlan,
  { responders }: Pick<Directory, "responders">,
  atMs: number,
): Look {
  const detailOf = (kind: TimelineKind) =>
    entries.find((entry) => entry.kind === kind)?.detail;
  const over = incident.exhaustedAtMs !== null;
  const [first] = pages;
  return {
    atMs,
    round: first?.round ?? incident.round,
    step: over ? null : first?.step ?? null,
    skipped: entries.filter(({ kind }) => kind === "step_skipped").map(
      ({ detail }) => ({
        step: Number(detail.step),
        round: Number(detail.round),
        // The planner, which wrote the entries, knows no other words.
        reason: detail.reason as SkipReason,
      }),
    ),
    pages: pages.map((page) => ({
      ...page,
      name: responders.get(page.responderId)?.name ?? "",
    })),
    inTurn: turnStep !== null,
    lastResort: (detailOf("fallback_paged")?.lastResort ?? null) as
      | LastResort
      | null,
    exhausted: (detailOf("exhausted")?.reason ?? null) as
      | ExhaustedReason
      | null,
  };
}
