/** What would happen if nobody answered: the escalation itself, run ahead of time over who is on call, nothing written. */
import type { Severity } from "../../domain/intake/alert.ts";
import { planEscalation } from "../../domain/policies/escalation.ts";
import type {
  EscalationPolicy,
  FrozenPolicy,
} from "../../domain/policies/escalation_policy.ts";
import { imaginedIncident } from "../../domain/policies/imagined_incident.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import { type Look, lookOf } from "../../domain/policies/look.ts";
import type { Directory } from "../../domain/policies/reach.ts";
import type { Repositories } from "../../ports/store.ts";
import { loadRoster, type Readable } from "../load_directory.ts";

export interface DryRun {
  policy: FrozenPolicy;
  startsAtMs: number;
  severity: Severity;
  /** Every step that pages, through all repeats. */
  steps: Look[];
  /** The last resort; null where the incident closes by its age first. */
  end: Look | null;
  /** When it closes by its age; null where it does not, or ends before. */
  closesAtMs: number | null;
}

/** What is imagined to fire. */
export interface Fired {
  policy: EscalationPolicy;
  /** Whose members are the last resort but one. */
  teamId: number;
  /** Closes the incident after so long; null: never. */
  closesAfterMinutes: number | null;
  atMs: number;
  severity: Severity;
}

export type DryRunStore = Readable & Pick<Repositories, "policies">;

/**
 * Promises every page of an incident that opens at the instant and that nobody answers, to its end: with who is on call
 * at each instant, everybody's own delays, and the turns that come next. It ends, at the latest after every repeat; and
 * it takes no turn.
 */
export async function dryRun(
  store: DryRunStore,
  fired: Fired,
): Promise<DryRun> {
  const { atMs: startsAtMs, severity, closesAfterMinutes } = fired;
  const incident = imaginedIncident(fired);
  const closesAtMs = closesAfterMinutes === null
    ? null
    : startsAtMs + closesAfterMinutes * 60_000;
  const steps: Look[] = [];
  const result = { policy: incident.policy, startsAtMs, severity, steps };
  for await (const look of lookAhead(store, incident, startsAtMs)) {
    if (closesAtMs !== null && look.atMs >= closesAtMs) {
      return { ...result, end: null, closesAtMs };
    }
    const shown = closesAtMs === null ? look : before(look, closesAtMs);
    if (look.step === null) return { ...result, end: shown, closesAtMs };
    steps.push(shown);
  }
  return { ...result, end: null, closesAtMs };
}

/** Promises the first moment of a critical incident of the policy. */
export async function firstLook(
  store: DryRunStore,
  policy: EscalationPolicy,
  atMs: number,
): Promise<Look | null> {
  const { teamId } = policy;
  const incident = imaginedIncident({
    policy,
    teamId,
    atMs,
    severity: "critical",
  });
  for await (const look of lookAhead(store, incident, atMs)) return look;
  return null;
}

/** Promises each moment of the incident from the instant on, as long as nobody answers; the last one is the last resort. */
export async function* lookAhead(
  store: DryRunStore,
  incident: Incident,
  fromMs: number,
): AsyncGenerator<Look, void> {
  const { policy } = incident;
  const directoryAt = foresight(store, incident);
  const takesTurns = policy.steps.some((step) => step.roundRobin);
  const turns = takesTurns
    ? await store.policies.turns(policy.policyId)
    : new Map<number, number>();
  let present = incident;
  for (let atMs: number | null = fromMs; atMs !== null;) {
    const directory: Directory = { ...await directoryAt(atMs), turns };
    const plan = planEscalation(present, directory, atMs);
    yield lookOf(plan, directory, atMs);
    const step = plan.turnStep;
    if (step !== null) turns.set(step, (turns.get(step) ?? 0) + 1);
    present = plan.incident;
    atMs = present.nextActionAtMs;
  }
}

// Read again after so long, so that a policy that waits for years does not read years of shifts at once.
const READ_AHEAD_MS = 31 * 86_400_000;

function foresight(
  store: Readable,
  incident: Incident,
): (atMs: number) => Promise<Directory> {
  let known: { untilMs: number; at: (atMs: number) => Directory } | null = null;
  return async (atMs) => {
    if (known === null || atMs >= known.untilMs) {
      const untilMs = atMs + READ_AHEAD_MS;
      const range = { fromMs: atMs, toMs: untilMs };
      known = { untilMs, at: await loadRoster(store, incident, range) };
    }
    return known.at(atMs);
  };
}

/** Without the pages that the end of the incident would cancel. */
function before(look: Look, closesAtMs: number): Look {
  const pages = look.pages.filter(({ dueAtMs }) => dueAtMs < closesAtMs);
  return { ...look, pages };
}
