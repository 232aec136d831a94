/** What a policy would do at every instant of a stretch of time, found by running the escalation itself. */
import { SEVERITIES, type Severity, urgencyOf } from "./alert.ts";
import { type LastResort, planEscalation } from "./escalation.ts";
import {
  type EscalationPolicy,
  type EscalationTarget,
  targetsOf,
} from "./escalation_policy.ts";
import type { Duty } from "./finding.ts";
import { imaginedIncident } from "./imagined_incident.ts";
import { type Directory, type PlannedPage, respondersOf } from "./reach.ts";
import type { Shift } from "./schedule.ts";
import { whyPassedOver } from "./step_condition.ts";
import { type Stretch, windowsIn } from "./weekly_windows.ts";
import { zoneClock } from "./zone_clock.ts";

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

/** What happens in a stretch in which nothing changes. */
export interface Outcome {
  /** Steps that apply and reach nobody. */
  skipped: readonly { step: number; noOneOnCall: boolean }[];
  /** null: some step pages somebody. */
  atOnce: Ending | null;
  /** Who is paged when nobody has answered. */
  end: Ending;
}

export interface Ending {
  from: LastResort | "nobody";
  responderIds: number[];
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
  const outcomeOf = rememberedOutcome(policy);
  const directoryOf = createWatch(policy, input);
  const moments: Moment[] = [];
  const stakes = new Map<number, Stake>();
  for (const stretch of between(edgesOf(policy, input))) {
    const directory = directoryOf(stretch);
    for (const severity of SEVERITIES) {
      const outcome = outcomeOf(directory, {
        severity,
        atMs: stretch.startsAtMs,
      });
      moments.push({ ...stretch, severity, outcome });
    }
    for (const stake of stakesOf(policy, directory, stretch.startsAtMs)) {
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
function edgesOf(policy: EscalationPolicy, input: PolicyInput): number[] {
  const { fromMs, toMs, tiles } = input;
  const shifts = scheduleIdsOf(policy).flatMap((id) =>
    (tiles.get(id) ?? []).map(({ startsAtMs }) => startsAtMs)
  );
  const hours = policy.steps.flatMap(({ businessHours }) =>
    businessHours === null ? [] : windowsIn(
      businessHours.windows,
      zoneClock(businessHours.timeZone),
      input,
    )
      .flatMap(({ startsAtMs, endsAtMs }) => [startsAtMs, endsAtMs])
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

interface Instant {
  severity: Severity;
  atMs: number;
}

/** Rotations come round: with the same people on call and the same steps that apply the outcome is the same one. */
function rememberedOutcome(
  policy: EscalationPolicy,
): (directory: Directory, instant: Instant) => Outcome {
  const known = new Map<string, Outcome>();
  return (directory, instant) => {
    const key = [
      urgencyOf(instant.severity),
      ...policy.steps.map((step) => whyPassedOver(step, instant) === null),
      ...directory.onCall.values(),
      "then",
      ...directory.nextOnCall.values(),
    ].join("|");
    const outcome = known.get(key) ?? outcomeAt(policy, directory, instant);
    known.set(key, outcome);
    return outcome;
  };
}

/** Asks for each step alone, as an incident would that has come to it, and for what comes after the last repeat. */
function outcomeAt(
  policy: EscalationPolicy,
  directory: Directory,
  instant: Instant,
): Outcome {
  const { teamId, repeatCount } = policy;
  const { atMs } = instant;
  const incident = imaginedIncident({ policy, teamId, ...instant });
  const skipped = policy.steps.flatMap((each, step) => {
    if (whyPassedOver(each, instant) !== null) return [];
    const arrived = { ...incident, nextStep: step, round: repeatCount };
    const { pages, entries } = planEscalation(arrived, directory, atMs);
    if (pages[0]?.step === step) return [];
    const told = entries.find(({ kind }) => kind === "step_skipped");
    return { step, noOneOnCall: told?.detail.reason === "nobody_on_call" };
  });
  const first = planEscalation(incident, directory, atMs);
  const worn = { ...incident, round: repeatCount + 1 };
  const isOver = first.incident.exhaustedAtMs !== null;
  return {
    skipped,
    atOnce: isOver ? endingOf(first) : null,
    end: endingOf(planEscalation(worn, directory, atMs)),
  };
}

function endingOf(
  { pages, entries }: Pick<
    ReturnType<typeof planEscalation>,
    "pages" | "entries"
  >,
): Ending {
  const told = entries.find(({ kind }) => kind === "fallback_paged");
  // The planner, which wrote the entry, knows no other words.
  const from = (told?.detail.lastResort ?? "nobody") as Ending["from"];
  return { from, responderIds: peopleOf(pages) };
}

function peopleOf(pages: readonly PlannedPage[]): number[] {
  return [...new Set(pages.map((page) => page.responderId))];
}

/** Everybody on a step that applies to some incident at the instant, and on the fallback. */
function stakesOf(
  { id, name, steps, fallback }: EscalationPolicy,
  directory: Directory,
  atMs: number,
): Stake[] {
  const duty: Duty = { kind: "policy", id, name };
  const applying = steps.filter((step) => {
    const severity = step.severities[0] ?? "critical";
    return whyPassedOver(step, { severity, atMs }) === null;
  });
  return targetsOf({ steps: applying, fallback }).flatMap((target) =>
    respondersOf(target, directory)
      .map((responderId) => ({ responderId, atMs, duty }))
  );
}
