/** Reads who is who over a stretch of time, in a handful of queries however many targets a policy has. */
import {
  type EscalationTarget,
  targetsOf,
} from "../domain/escalation_policy.ts";
import type { Incident } from "../domain/incident.ts";
import { nextOnCall } from "../domain/next_on_call.ts";
import type { Directory } from "../domain/reach.ts";
import { onCallAt } from "../domain/schedule.ts";
import type { Repositories } from "../ports/store.ts";

/** How far ahead the next on call are looked for: a rotation whose turns are longer than a quarter of a year is rare. */
const NEXT_WITHIN_MS = 100 * 86_400_000;

/** Who can be read of the store: everything that the escalation asks of it. */
export type Readable = Pick<Repositories, "responders" | "schedules" | "teams">;

type About = Pick<Incident, "policy" | "teamId">;

/**
 * Promises everybody that the incident's policy may page at the instant, with the members of its team and the admins as
 * the last resort. It gives no turns: they are taken, not read.
 */
export async function loadDirectory(
  tx: Readable,
  about: About,
  nowMs: number,
): Promise<Directory> {
  const range = { fromMs: nowMs, toMs: nowMs + 1 };
  return (await loadRoster(tx, about, range))(nowMs);
}

/** Promises the same for every instant of [fromMs, toMs): a function from the instant to who is who at it. */
export async function loadRoster(
  tx: Readable,
  { policy, teamId }: About,
  range: { fromMs: number; toMs: number },
): Promise<(atMs: number) => Directory> {
  const targets = targetsOf(policy);
  const nextIds = idsOf(targets, "next_on_call");
  const scheduleIds = [...new Set([...idsOf(targets, "schedule"), ...nextIds])];
  const teamIds = idsOf(targets, "team").concat(teamId);
  const toMs = range.toMs + (nextIds.length > 0 ? NEXT_WITHIN_MS : 0);
  const [entries, members, adminIds] = await Promise.all([
    scheduleIds.length === 0
      ? []
      : tx.schedules.entries(scheduleIds, range.fromMs, toMs),
    loadMembers(tx, teamIds),
    tx.responders.adminIds(),
  ]);
  const ids = new Set([
    ...idsOf(targets, "responder"),
    ...entries.map((entry) => entry.responderId),
    ...[...members.values()].flat(),
    ...adminIds,
  ]);
  const found = await tx.responders.reachable([...ids]);
  const responders = new Map(found.map((one) => [one.id, one]));
  const bySchedule = Map.groupBy(entries, (entry) => entry.scheduleId);
  const windows = (id: number) => bySchedule.get(id) ?? [];
  const turns: Directory["turns"] = new Map();
  return (atMs) => {
    const untilMs = atMs + NEXT_WITHIN_MS;
    const onCall = scheduleIds.map((id) =>
      [id, onCallAt(windows(id), atMs)] as const
    );
    const next = nextIds.map((id) =>
      [id, nextOnCall(windows(id), { atMs, untilMs })] as const
    );
    return {
      onCall: new Map(onCall),
      nextOnCall: new Map(next),
      ...{ members, adminIds, responders, turns },
    };
  };
}

function idsOf(
  targets: readonly EscalationTarget[],
  kind: EscalationTarget["kind"],
): number[] {
  return targets.filter((target) => target.kind === kind)
    .map((target) => target.id);
}

async function loadMembers(
  tx: Readable,
  teamIds: number[],
): Promise<Map<number, number[]>> {
  const unique = [...new Set(teamIds)];
  const members = await Promise.all(
    unique.map((id) => tx.teams.memberIds(id)),
  );
  return new Map(unique.map((id, index) => [id, members[index] ?? []]));
}
