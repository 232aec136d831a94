/** Who an incident's own policy would page, at instants that are still to come. */
import type { EscalationTarget } from "../domain/escalation_policy.ts";
import type { Incident } from "../domain/incident.ts";
import { onCallAt, peopleOf } from "../domain/schedule.ts";
import type { Repositories } from "../ports/store.ts";
import type { Targets } from "./view/what_is_next.ts";

/** Steps further ahead than this are told with who is on call then as far as entries were read: nobody. */
const AHEAD_MS = 8 * 86_400_000;

/** Promises the names behind every target of the incident's policy. */
export async function loadTargets(
  store: Pick<Repositories, "responders" | "schedules" | "teams">,
  { policy }: Pick<Incident, "policy">,
  nowMs: number,
): Promise<Targets> {
  const targets = [
    ...policy.steps.flatMap((step) => step.targets),
    ...policy.fallback,
  ];
  const idsOf = (kind: EscalationTarget["kind"]) => [
    ...new Set(
      targets.filter((one) => one.kind === kind).map((one) => one.id),
    ),
  ];
  const scheduleIds = idsOf("schedule");
  const plans = await store.schedules.plans(
    scheduleIds,
    nowMs,
    nowMs + AHEAD_MS,
  );
  const members = new Map<number, number[]>();
  const labels = new Map<string, string>();
  for (const id of idsOf("team")) {
    members.set(id, await store.teams.memberIds(id));
    labels.set(`team ${id}`, (await store.teams.find(id))?.name ?? "");
  }
  for (const id of scheduleIds) {
    labels.set(`schedule ${id}`, (await store.schedules.find(id))?.name ?? "");
  }
  const responders = await store.responders.reachable([
    ...new Set([
      ...idsOf("responder"),
      ...[...plans.values()].flatMap(peopleOf),
      ...[...members.values()].flat(),
    ]),
  ]);
  const names = new Map(responders.map(({ id, name }) => [id, name]));
  const responderIds = ({ kind, id }: EscalationTarget, atMs: number) => {
    switch (kind) {
      case "responder":
        return [id];
      case "team":
        return members.get(id) ?? [];
      case "schedule": {
        const plan = plans.get(id);
        return plan ? onCallAt(plan, atMs) : [];
      }
    }
  };
  return {
    namesAt: (target, atMs) =>
      responderIds(target, atMs).flatMap((id) => names.get(id) ?? []),
    label: ({ kind, id }) => labels.get(`${kind} ${id}`) || null,
  };
}
