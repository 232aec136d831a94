/** Reads who is who, at one instant or over a stretch of time, in a handful of queries however many targets there are. */
import {
  type EscalationTarget,
  targetsOf,
} from "../domain/policies/escalation_policy.ts";
import type { Incident } from "../domain/incidents/incident.ts";
import type { Directory } from "../domain/policies/reach.ts";
import {
  nextOnCall,
  onCallAt,
  peopleOf,
  type SchedulePlan,
} from "../domain/schedules/schedule.ts";
import type { Repositories } from "../ports/store.ts";

/** How far ahead the next on call are looked for: longer than a quarter of a year, which few turns are. */
export const NEXT_WITHIN_MS = 100 * 86_400_000;

/** All that an escalation reads. */
export type Readable = Pick<Repositories, "responders" | "schedules" | "teams">;

type About = Pick<Incident, "policy" | "teamId">;
type Plans = ReadonlyMap<number, SchedulePlan>;
type Groups = Pick<Directory, "members" | "adminIds">;
type People = Groups & Pick<Directory, "responders" | "turns">;

/**
 * `named`: whom the policy names by themselves, by their schedules and their teams. `everybody`: the members of the
 * incident's team and the admins too, who are the last resort and seldom needed.
 */
export type Whom = "named" | "everybody";

/** Who is who for the plan of an incident. It knows no turns: they are taken, not read. */
export type FindDirectory = (
  incident: Incident,
  whom: Whom,
) => Promise<Directory>;

/**
 * Promises one directory that serves all of these incidents: what it knows besides, a plan does not look up. It is read
 * when it is first asked for, and once.
 */
export function sharedDirectory(
  tx: Readable,
  abouts: readonly About[],
  nowMs: number,
): (whom: Whom) => Promise<Directory> {
  const known = new Map<Whom, Promise<Directory>>();
  return (whom) => {
    const directory = known.get(whom) ?? load(tx, abouts, { nowMs, whom });
    known.set(whom, directory);
    return directory;
  };
}

async function load(
  tx: Readable,
  abouts: readonly About[],
  { nowMs, whom }: { nowMs: number; whom: Whom },
): Promise<Directory> {
  const range = { fromMs: nowMs, toMs: nowMs + 1 };
  // Sent along, so that a server is asked once.
  const [plans, groups] = await Promise.all([
    loadPlans(tx, abouts, range),
    loadGroups(tx, abouts, whom),
  ]);
  const watch = watchAt(plans, abouts, nowMs);
  const onDuty = [...watch.onCall.values(), ...watch.nextOnCall.values()];
  const people = await loadPeople(tx, abouts, {
    groups,
    onDuty: onDuty.flat(),
  });
  return { ...watch, ...people };
}

/** Promises the same for every instant of [fromMs, toMs), as a function from the instant to who is who at it. */
export async function loadRoster(
  tx: Readable,
  about: About,
  range: { fromMs: number; toMs: number },
): Promise<(atMs: number) => Directory> {
  const [plans, groups] = await Promise.all([
    loadPlans(tx, [about], range),
    loadGroups(tx, [about], "everybody"),
  ]);
  const onDuty = [...plans.values()].flatMap(peopleOf);
  const people = await loadPeople(tx, [about], { groups, onDuty });
  return (atMs) => ({ ...watchAt(plans, [about], atMs), ...people });
}

async function loadPlans(
  tx: Readable,
  abouts: readonly About[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<Plans> {
  const nextIds = idsOf(abouts, "next_on_call");
  const scheduleIds = [...new Set([...idsOf(abouts, "schedule"), ...nextIds])];
  if (scheduleIds.length === 0) return new Map();
  const untilMs = nextIds.length > 0 ? toMs + NEXT_WITHIN_MS : toMs;
  return await tx.schedules.plans(scheduleIds, fromMs, untilMs);
}

function watchAt(
  plans: Plans,
  abouts: readonly About[],
  atMs: number,
): Pick<Directory, "onCall" | "nextOnCall"> {
  const untilMs = atMs + NEXT_WITHIN_MS;
  const each = (
    kind: EscalationTarget["kind"],
    who: (plan: SchedulePlan) => number[],
  ) =>
    new Map(
      idsOf(abouts, kind).map((id) => {
        const plan = plans.get(id);
        return [id, plan ? who(plan) : []];
      }),
    );
  return {
    onCall: each("schedule", (plan) => onCallAt(plan, atMs)),
    nextOnCall: each("next_on_call", (plan) => nextOnCall(plan, atMs, untilMs)),
  };
}

async function loadGroups(
  tx: Readable,
  abouts: readonly About[],
  whom: Whom,
): Promise<Groups> {
  const named = idsOf(abouts, "team");
  if (whom === "named") {
    return { members: await loadMembers(tx, named), adminIds: [] };
  }
  const ownTeams = abouts.map(({ teamId }) => teamId);
  const [members, adminIds] = await Promise.all([
    loadMembers(tx, [...named, ...ownTeams]),
    tx.responders.adminIds(),
  ]);
  return { members, adminIds };
}

async function loadPeople(
  tx: Readable,
  abouts: readonly About[],
  { groups, onDuty }: { groups: Groups; onDuty: readonly number[] },
): Promise<People> {
  const ids = new Set([
    ...idsOf(abouts, "responder"),
    ...onDuty,
    ...[...groups.members.values()].flat(),
    ...groups.adminIds,
  ]);
  const found = await tx.responders.reachable([...ids]);
  const responders = new Map(found.map((one) => [one.id, one]));
  return { ...groups, responders, turns: new Map() };
}

function idsOf(
  abouts: readonly About[],
  kind: EscalationTarget["kind"],
): number[] {
  return abouts.flatMap(({ policy }) => targetsOf(policy))
    .filter((target) => target.kind === kind).map((target) => target.id);
}

async function loadMembers(
  tx: Readable,
  teamIds: number[],
): Promise<Map<number, number[]>> {
  const members = await tx.teams.membersOf(teamIds);
  return new Map(teamIds.map((id) => [id, members.get(id) ?? []]));
}
