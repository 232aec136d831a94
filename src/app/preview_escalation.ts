/** What a policy would do: the escalation itself, run over who is on call at each instant, with nothing written. */
import { planEscalation } from "../domain/escalation.ts";
import { type EscalationPolicy, freeze } from "../domain/escalation_policy.ts";
import type { Incident } from "../domain/incident.ts";
import type { PlannedPage } from "../domain/reach.ts";
import type { Repositories } from "../ports/store.ts";
import { loadDirectory } from "./load_directory.ts";
import { UNSAVED } from "./new_incident.ts";

/** One look at the policy: the steps that were skipped, then the pages of the one that reached somebody. */
export interface PreviewedStep {
  atMs: number;
  /** 0-based; null for the fallback. */
  step: number | null;
  /** 0-based steps that reached nobody, passed over at this instant. */
  skipped: number[];
  /** Empty where nobody at all can be reached. */
  pages: (PlannedPage & { name: string })[];
}

export interface Preview {
  /** One time through the steps. */
  steps: PreviewedStep[];
  /** When the steps begin again; null where they do not. */
  againAtMs: number | null;
  /** What comes when every repeat has passed. */
  end: PreviewedStep;
}

/**
 * Promises what a critical alert at the instant would set off if nobody answered: one time through the steps, each with
 * who is on call then, and the last resort. At most one look for each step and one more.
 */
export async function previewEscalation(
  store: Repositories,
  policy: EscalationPolicy,
  atMs: number,
): Promise<Preview> {
  let incident = imagined(policy, atMs);
  let nowMs = atMs;
  const steps: PreviewedStep[] = [];
  while (incident.round === 0 && incident.nextStep < policy.steps.length) {
    const { previewed, after } = await look(store, incident, nowMs);
    if (previewed.step === null) {
      return { steps, againAtMs: null, end: previewed };
    }
    steps.push(previewed);
    incident = after;
    nowMs = after.nextActionAtMs ?? nowMs;
  }
  // The repeats take as long as the first time did, as far as can be told today.
  const endMs = nowMs + (nowMs - atMs) * policy.repeatCount;
  const worn = { ...incident, round: policy.repeatCount + 1, nextStep: 0 };
  const { previewed: end } = await look(store, worn, endMs);
  return { steps, againAtMs: policy.repeatCount > 0 ? nowMs : null, end };
}

async function look(
  store: Repositories,
  incident: Incident,
  nowMs: number,
): Promise<{ previewed: PreviewedStep; after: Incident }> {
  const directory = await loadDirectory(store, incident, nowMs);
  const plan = planEscalation(incident, directory, nowMs);
  const exhausted = plan.incident.exhaustedAtMs !== null;
  const skipped = plan.entries.filter(({ kind }) => kind === "step_skipped")
    .map(({ detail }) => Number(detail.step));
  return {
    after: plan.incident,
    previewed: {
      atMs: nowMs,
      step: exhausted ? null : plan.pages[0]?.step ?? null,
      skipped,
      pages: plan.pages.map((page) => ({
        ...page,
        name: directory.responders.get(page.responderId)?.name ?? "",
      })),
    },
  };
}

function imagined(policy: EscalationPolicy, nowMs: number): Incident {
  return {
    id: UNSAVED,
    teamId: policy.teamId,
    sourceId: UNSAVED,
    externalId: "",
    title: "",
    description: "",
    severity: "critical",
    status: "triggered",
    isTest: false,
    openedAtMs: nowMs,
    triggeredAtMs: nowMs,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    resolvedAtMs: null,
    resolvedBy: null,
    resolvedByActor: null,
    startsAtMs: null,
    latestStartsAtMs: null,
    alertCount: 1,
    lastAlertAtMs: nowMs,
    links: [],
    labels: {},
    payload: "",
    policy: freeze(policy),
    nextStep: 0,
    round: 0,
    nextActionAtMs: nowMs,
    snoozedUntilMs: null,
    exhaustedAtMs: null,
    autoResolveAtMs: null,
    refired: false,
    version: 0,
  };
}
