/** What a policy would do at every instant of a stretch of time, found by running the escalation itself. */
import { SEVERITIES, type Severity } from "../intake/alert.ts";
import {
  type EscalationPolicy,
  type EscalationTarget,
  targetsOf,
} from "../policies/escalation_policy.ts";
import type { Duty } from "./finding.ts";
import { type Outcome, rememberedOutcome } from "../policies/policy_trial.ts";
import { type Directory, respondersOf } from "../policies/reach.ts";
import type { Shift } from "../schedules/schedule.ts";
import { concerns, hoursWithin } from "../policies/step_condition.ts";
import type { Stretch } from "../time/weekly_windows.ts";

export interface PolicyInput {
  fromMs: number;
  toMs: number;
  /** What each schedule says in the whole stretch, as `shifts` tells it. */
  tiles: ReadonlyMap<number, readonly Shift[]>;
  /** The same of the schedules whose next on call are asked for, and so far beyond as those are looked for. */
  farTiles: ReadonlyMap<number, readonly Shift[]>;
  people: Pick<Directory, "members" | "responders" | "adminIds">;
}

/** Somebody whom the policy pages, and from when on. */
export interface Stake {
  responderId: number;
  atMs: number;
  duty: Duty;
}

/** One severity in one stretch. */
export interface Moment extends Stretch {
  severity: Severity;
  outcome: Outcome;
}

/** Promises what becomes of an incident of each severity, in order of time and at each time severity by severity, and who is paged. */
export function momentsOf(
  policy: EscalationPolicy,
  input: PolicyInput,
): { moments: Moment[]; stakes: Stake[] } {
  const hours = policy.steps.map((step) => hoursWithin(step, input));
  const outcomeOf = rememberedOutcome(policy);
  const directoryOf = createWatch(policy, input);
  const moments: Moment[] = [];
  const stakes = new Map<number, Stake>();
  const edges = edgesOf(policy, input, hours.flatMap((each) => each.edges));
  for (const stretch of between(edges)) {
    const { startsAtMs: atMs } = stretch;
    const directory = directoryOf(stretch);
    const open = hours.map(({ holdsAt }) => holdsAt(atMs));
    for (const severity of SEVERITIES) {
      const applies = policy.steps
        .map((step, index) => open[index] === true && concerns(step, severity));
      const outcome = outcomeOf(directory, { severity, atMs, applies });
      moments.push({ ...stretch, severity, outcome });
    }
    const applying = policy.steps.filter((_, index) => open[index]);
    for (const stake of stakesOf(policy, { applying, directory, atMs })) {
      if (!stakes.has(stake.responderId)) stakes.set(stake.responderId, stake);
    }
  }
  return { moments, stakes: [...stakes.values()] };
}

const WATCHED: readonly EscalationTarget["kind"][] = [
  "schedule",
  "next_on_call",
];

/** Promises the ids of the schedules that targets of these kinds look at. */
export function scheduleIdsOf(
  policy: Pick<EscalationPolicy, "steps" | "fallback">,
  kinds: readonly EscalationTarget["kind"][] = WATCHED,
): number[] {
  const targets = targetsOf(policy).filter(({ kind }) => kinds.includes(kind));
  return [...new Set(targets.map(({ id }) => id))];
}

/** Every instant at which somebody else is on call or a step begins or ceases to apply. */
function edgesOf(
  policy: EscalationPolicy,
  { fromMs, toMs, tiles }: PolicyInput,
  hours: readonly number[],
): number[] {
  const shifts = scheduleIdsOf(policy).flatMap((id) =>
    (tiles.get(id) ?? []).map(({ startsAtMs }) => startsAtMs)
  );
  return [...new Set([fromMs, ...shifts, ...hours, toMs])]
    .sort((a, b) => a - b);
}

function between(edges: readonly number[]): Stretch[] {
  return edges.slice(1).map((endsAtMs, index) => ({
    startsAtMs: edges[index] ?? endsAtMs,
    endsAtMs,
  }));
}

/** Promises who is who in stretches that are asked for in their order. */
function createWatch(
  policy: EscalationPolicy,
  { tiles, farTiles, people }: PolicyInput,
): (stretch: Stretch) => Directory {
  const now = scheduleIdsOf(policy, ["schedule"])
    .map((id) => [id, follow(tiles.get(id) ?? [], ownPeople)] as const);
  const next = scheduleIdsOf(policy, ["next_on_call"])
    .map((id) => [id, follow(farTiles.get(id) ?? [], othersAfter)] as const);
  const turns = new Map<number, number>();
  return ({ startsAtMs }) => ({
    ...people,
    turns,
    onCall: new Map(now.map(([id, at]) => [id, at(startsAtMs)])),
    nextOnCall: new Map(next.map(([id, at]) => [id, at(startsAtMs)])),
  });
}

function follow(
  tiles: readonly Shift[],
  peopleAt: (tiles: readonly Shift[], index: number) => readonly number[],
): (atMs: number) => readonly number[] {
  let index = 0;
  return (atMs) => {
    while ((tiles[index]?.endsAtMs ?? Infinity) <= atMs) index++;
    return peopleAt(tiles, index);
  };
}

function ownPeople(tiles: readonly Shift[], index: number): readonly number[] {
  return tiles[index]?.responderIds ?? [];
}

/** As `nextOnCall` has it. */
function othersAfter(tiles: readonly Shift[], index: number): number[] {
  const present = ownPeople(tiles, index);
  for (let later = index + 1; later < tiles.length; later++) {
    const others = ownPeople(tiles, later)
      .filter((id) => !present.includes(id));
    if (others.length > 0) return others;
  }
  return [];
}

/** Everybody on a step that applies to some incident at the instant, and on the fallback. */
function stakesOf(
  { id, name, fallback }: EscalationPolicy,
  { applying, directory, atMs }: {
    applying: EscalationPolicy["steps"];
    directory: Directory;
    atMs: number;
  },
): Stake[] {
  const duty: Duty = { kind: "policy", id, name };
  return targetsOf({ steps: applying, fallback }).flatMap((target) =>
    respondersOf(target, directory)
      .map((responderId) => ({ responderId, atMs, duty }))
  );
}
