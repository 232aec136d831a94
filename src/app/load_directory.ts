/** Reads who is who at one instant, in a handful of queries however many targets a policy has. */
import type { EscalationTarget } from "../domain/escalation_policy.ts";
import type { Incident } from "../domain/incident.ts";
import type { Directory } from "../domain/reach.ts";
import { onCallAt } from "../domain/schedule.ts";
import type { Repositories } from "../ports/store.ts";

/**
 * Promises everybody that the incident's policy may page at the instant, with the members of its team and the admins as
 * the last resort.
 */
export async function loadDirectory(
  tx: Repositories,
  { policy, teamId }: Pick<Incident, "policy" | "teamId">,
  nowMs: number,
): Promise<Directory> {
  const targets = [
    ...policy.steps.flatMap((step) => step.targets),
    ...policy.fallback,
  ];
  const teamIds = idsOf(targets, "team").concat(teamId);
  const [onCall, members, adminIds] = await Promise.all([
    loadOnCall(tx, idsOf(targets, "schedule"), nowMs),
    loadMembers(tx, teamIds),
    tx.responders.adminIds(),
  ]);
  const ids = new Set([
    ...idsOf(targets, "responder"),
    ...[...onCall.values()].flat(),
    ...[...members.values()].flat(),
    ...adminIds,
  ]);
  const responders = await tx.responders.reachable([...ids]);
  const byId = new Map(responders.map((one) => [one.id, one]));
  return { onCall, members, adminIds, responders: byId };
}

function idsOf(
  targets: readonly EscalationTarget[],
  kind: EscalationTarget["kind"],
): number[] {
  return targets.filter((target) => target.kind === kind)
    .map((target) => target.id);
}

async function loadOnCall(
  tx: Repositories,
  scheduleIds: number[],
  nowMs: number,
): Promise<Map<number, number[]>> {
  if (scheduleIds.length === 0) return new Map();
  const plans = await tx.schedules.plans(scheduleIds, nowMs, nowMs + 1);
  return new Map([...plans].map(([id, plan]) => [id, onCallAt(plan, nowMs)]));
}

async function loadMembers(
  tx: Repositories,
  teamIds: number[],
): Promise<Map<number, number[]>> {
  const unique = [...new Set(teamIds)];
  const members = await Promise.all(
    unique.map((id) => tx.teams.memberIds(id)),
  );
  return new Map(unique.map((id, index) => [id, members[index] ?? []]));
}
