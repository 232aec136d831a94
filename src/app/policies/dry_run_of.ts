/** The dry run of what a source would open: its own team, and its own age limit. */
import type { Severity } from "../../domain/intake/alert.ts";
import type { AlertSource } from "../../domain/intake/alert_source.ts";
import { type DryRun, dryRun, type DryRunStore } from "./dry_run.ts";
import { notFound } from "../refused_error.ts";

/** Promises the dry run of the source's policy. Throws a refusal for a policy that is gone meanwhile. */
export async function dryRunOfSource(
  store: DryRunStore,
  source: AlertSource,
  when: { atMs: number; severity: Severity },
): Promise<DryRun> {
  const { teamId, escalationPolicyId, settings } = source;
  const policy = await store.policies.find(escalationPolicyId);
  if (!policy) throw notFound("escalation policy", escalationPolicyId);
  const closesAfterMinutes = settings.autoResolveAfterMinutes;
  return await dryRun(store, { policy, teamId, closesAfterMinutes, ...when });
}

/** Promises the dry run of a policy by itself: an incident of its own team that never closes by its age. */
export async function dryRunOfPolicy(
  store: DryRunStore,
  policyId: number,
  when: { atMs: number; severity: Severity },
): Promise<DryRun> {
  const policy = await store.policies.find(policyId);
  if (!policy) throw notFound("escalation policy", policyId);
  const { teamId } = policy;
  const closesAfterMinutes = null;
  return await dryRun(store, { policy, teamId, closesAfterMinutes, ...when });
}
