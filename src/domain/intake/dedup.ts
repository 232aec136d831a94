/** What an arriving alert means for the incidents that are there already. */
import { type Alert, compareSeverity } from "./alert.ts";
import type { SourceSettings } from "./alert_source.ts";
import type { Incident } from "../incidents/incident.ts";

/** What the decision looks at of an incident. */
export type RememberedIncident = Pick<
  Incident,
  | "severity"
  | "startsAtMs"
  | "latestStartsAtMs"
  | "resolvedAtMs"
  | "resolvedBy"
  | "refired"
>;

/** What is remembered of the alert's dedup key. */
export interface DedupMemory<I extends RememberedIncident = Incident> {
  /** The incident of this key that is not resolved. */
  open: I | null;
  /** The incident of this key that was resolved last. */
  lastResolved: I | null;
  /** The latest start that the source itself has declared over, epoch milliseconds. */
  recoveredStartsAtMs: number | null;
}

/**
 * - `open`: a new incident;
 * - `repeat`: counts on the open incident; `raised` when it got worse;
 * - `recover`: the open incident is over;
 * - `reopen`: the alert kept firing after a person resolved it, and the cool-down has passed;
 * - `note`: recorded on `incident` (nowhere when null), nothing else; `reason` says why.
 */
export type DedupDecision<I extends RememberedIncident = Incident> =
  | { kind: "open" }
  | { kind: "repeat"; incident: I; raised: boolean }
  | { kind: "recover"; incident: I }
  | { kind: "reopen"; incident: I }
  | {
    kind: "note";
    incident: I | null;
    reason:
      | "remark"
      | "stale"
      | "still_firing"
      | "nothing_open"
      | "older_episode";
  };

/**
 * Promises one decision. Senders repeat, reorder and replicate what they say (Alertmanager and Grafana clusters, SNS), so
 * only the start of the episode tells an old message from a new one; a format that names no start is taken at its word.
 */
export function decide<I extends RememberedIncident>(
  alert: Alert,
  memory: DedupMemory<I>,
  { settings, nowMs }: { settings: SourceSettings; nowMs: number },
): DedupDecision<I> {
  if (alert.kind === "note") {
    return { kind: "note", incident: memory.open, reason: "remark" };
  }
  if (alert.kind === "resolved") return decideRecovery(alert, memory);
  const { open, lastResolved } = memory;
  if (open) {
    return {
      kind: "repeat",
      incident: open,
      raised: compareSeverity(alert.severity, open.severity) > 0,
    };
  }
  if (isOver(alert, memory)) {
    return { kind: "note", incident: lastResolved, reason: "stale" };
  }
  if (lastResolved && continues(alert, lastResolved)) {
    const cooldownMs = settings.refireCooldownMinutes * 60_000;
    const coolingDown = nowMs < (lastResolved.resolvedAtMs ?? 0) + cooldownMs;
    return coolingDown || lastResolved.refired
      ? { kind: "note", incident: lastResolved, reason: "still_firing" }
      : { kind: "reopen", incident: lastResolved };
  }
  return { kind: "open" };
}

function decideRecovery<I extends RememberedIncident>(
  alert: Alert,
  { open, lastResolved }: DedupMemory<I>,
): DedupDecision<I> {
  if (!open) {
    return { kind: "note", incident: lastResolved, reason: "nothing_open" };
  }
  const older = alert.startsAtMs !== null && open.startsAtMs !== null &&
    alert.startsAtMs < open.startsAtMs;
  return older
    ? { kind: "note", incident: open, reason: "older_episode" }
    : { kind: "recover", incident: open };
}

/**
 * Promises whether what was resolved before may matter to a decision about the alert: only the start of its episode could
 * tell that it is an old one.
 */
export function asksForHistory(alert: Alert): boolean {
  return alert.kind === "resolved" ||
    alert.kind === "firing" && alert.startsAtMs !== null;
}

/** Whether the source has already said that this episode, or a later one, is over. */
function isOver(
  alert: Alert,
  memory: Pick<DedupMemory, "recoveredStartsAtMs">,
): boolean {
  return alert.startsAtMs !== null && memory.recoveredStartsAtMs !== null &&
    alert.startsAtMs <= memory.recoveredStartsAtMs;
}

/** Whether this is the episode that a person resolved while it was still firing. */
function continues(alert: Alert, resolved: RememberedIncident): boolean {
  return resolved.resolvedBy === "person" && alert.startsAtMs !== null &&
    resolved.latestStartsAtMs !== null &&
    alert.startsAtMs <= resolved.latestStartsAtMs;
}

/**
 * Promises the latest start that a recovery declares over: its own, or the latest that the incident has seen, since the
 * replicas of a monitoring system disagree by seconds about when an episode began. null where no start is known.
 */
export function recoveredUpTo(
  alert: Alert,
  open: Incident | null,
): number | null {
  const starts = [alert.startsAtMs, open?.latestStartsAtMs ?? null].filter((
    start,
  ) => start !== null);
  return starts.length === 0 ? null : Math.max(...starts);
}
