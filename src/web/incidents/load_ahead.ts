/** What an open incident does by itself from now on: the same escalation, run ahead, and the names of what it pages. */
import { type DryRunStore, lookAhead } from "../../app/policies/dry_run.ts";
import {
  type EscalationTarget,
  targetsOf,
} from "../../domain/policies/escalation_policy.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import type { Look } from "../../domain/policies/look.ts";
import type { Ahead } from "../view/incidents/what_is_next.ts";
import { calledAs } from "../view/policies/target_names.ts";

/**
 * Promises the rest of this time through the policy, and the first moment of what comes after it; nothing for an
 * incident that pages nobody by itself.
 */
export async function loadAhead(
  store: DryRunStore,
  incident: Incident,
): Promise<Ahead> {
  const looks = await looksAhead(store, incident);
  const names = looks.length === 0
    ? NO_NAMES
    : await targetNames(store, incident);
  return {
    looks,
    labels: (step) =>
      (incident.policy.steps[step]?.targets ?? [])
        .flatMap(({ kind, id }) => names.get(`${kind} ${id}`) ?? []),
  };
}

const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** Promises the moment at which the incident goes on by itself; null where it does not. */
export async function nextLook(
  store: DryRunStore,
  incident: Incident,
): Promise<Look | null> {
  const { nextActionAtMs, status, isTest } = incident;
  if (nextActionAtMs === null || status !== "triggered" || isTest) return null;
  for await (const look of lookAhead(store, incident, nextActionAtMs)) {
    return look;
  }
  return null;
}

async function looksAhead(
  store: DryRunStore,
  incident: Incident,
): Promise<Look[]> {
  const { nextActionAtMs, status, isTest } = incident;
  if (nextActionAtMs === null || status !== "triggered" || isTest) return [];
  const looks: Look[] = [];
  for await (const look of lookAhead(store, incident, nextActionAtMs)) {
    looks.push(look);
    const [first] = looks;
    if (look.step === null || look.round !== first?.round) break;
  }
  return looks;
}

/** What stands behind the people of a step: its schedules and teams, by `kind id`. A responder's own name says it. */
async function targetNames(
  { schedules, teams }: Pick<DryRunStore, "schedules" | "teams">,
  { policy }: Incident,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const target of targetsOf(policy)) {
    const key = `${target.kind} ${target.id}`;
    if (target.kind === "responder" || names.has(key)) continue;
    const found = await (target.kind === "team" ? teams : schedules)
      .find(target.id);
    if (found) names.set(key, labelOf(target.kind, found.name));
  }
  return names;
}

function labelOf(kind: EscalationTarget["kind"], name: string): string {
  return kind === "next_on_call" ? calledAs(kind, name) : name;
}
