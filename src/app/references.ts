/** Checks that what a request refers to is there, so that the answer can name the field. */
import { invalid, notFound } from "./refused_error.ts";
import type { EscalationTarget } from "../domain/policies/escalation_policy.ts";
import type { Repositories } from "../ports/store.ts";

export async function checkTeam(
  tx: Repositories,
  teamId: number | undefined,
): Promise<void> {
  if (teamId !== undefined && !await tx.teams.find(teamId)) {
    throw invalid("team_id", `There is no team ${teamId}.`);
  }
}

export async function checkPolicy(
  tx: Repositories,
  policyId: number | undefined,
): Promise<void> {
  if (policyId !== undefined && !await tx.policies.find(policyId)) {
    throw invalid(
      "escalation_policy_id",
      `There is no escalation policy ${policyId}.`,
    );
  }
}

/** Throws for the first responder that does not exist. */
export async function checkResponders(
  tx: Repositories,
  { ids, field }: { ids: number[]; field: string },
): Promise<void> {
  const unique = [...new Set(ids)];
  const found = await tx.responders.reachable(unique);
  const missing = unique.find((id) => !found.some((r) => r.id === id));
  if (missing !== undefined) {
    throw invalid(field, `There is no responder ${missing}.`);
  }
}

/** Throws for the first target that does not exist. */
export async function checkTargets(
  tx: Repositories,
  { targets, field }: { targets: EscalationTarget[]; field: string },
): Promise<void> {
  const ids = (kind: EscalationTarget["kind"]) => [
    ...new Set(targets.filter((t) => t.kind === kind).map((t) => t.id)),
  ];
  await checkResponders(tx, { ids: ids("responder"), field });
  for (const id of new Set([...ids("schedule"), ...ids("next_on_call")])) {
    if (!await tx.schedules.find(id)) {
      throw invalid(field, `There is no schedule ${id}.`);
    }
  }
  for (const id of ids("team")) {
    if (!await tx.teams.find(id)) {
      throw invalid(field, `There is no team ${id}.`);
    }
  }
}

/** Throws 404 for a responder that the path names and that is not there. */
export async function demandResponder(
  tx: Repositories,
  responderId: number,
): Promise<void> {
  if (!await tx.responders.find(responderId)) {
    throw notFound("responder", responderId);
  }
}
