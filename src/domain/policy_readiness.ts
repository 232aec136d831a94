/** What a policy would do at every instant of a stretch of time, found by running the escalation itself. */
import { planEscalation } from "./escalation.ts";
import type {
  EscalationPolicy,
  EscalationTarget,
} from "./escalation_policy.ts";
import type { Duty, Finding, Gravity, Wrong } from "./finding.ts";
import { imaginedIncident } from "./imagined_incident.ts";
import type { Incident } from "./incident.ts";
import { type Directory, type PlannedPage, respondersOf } from "./reach.ts";
import type { Shift } from "./schedule.ts";
import type { Stretch } from "./weekly_windows.ts";

export interface PolicyInput {
  fromMs: number;
  toMs: number;
  /** What each schedule says in the whole stretch, as `shifts` tells it. */
  tiles: ReadonlyMap<number, readonly Shift[]>;
  people: Pick<Directory, "members" | "responders" | "adminIds">;
}

/** Somebody whom the policy pages, and from when on. */
export interface Stake {
  responderId: number;
  atMs: number;
  duty: Duty;
}

export interface PolicyCheck {
  findings: Finding[];
  stakes: Stake[];
}

/** What happens in a stretch in which nothing changes. */
interface Outcome {
  /** Steps that reach nobody. */
  skipped: readonly { step: number; noOneOnCall: boolean }[];
  /** null: some step pages somebody. */
  atOnce: LastResort | null;
  /** Who is paged when nobody has answered. */
  end: LastResort;
}

interface LastResort {
  from: "policy" | "team" | "admins" | "nobody";
  responderIds: number[];
}

interface Moment extends Stretch {
  outcome: Outcome;
}

/** Promises what is wrong with the policy in the stretch, and whom it pages in it. */
export function checkPolicy(
  policy: EscalationPolicy,
  input: PolicyInput,
): PolicyCheck {
  const used = scheduleIdsOf(policy);
  const watches = used.map((id) =>
    [id, createWatch(input.tiles.get(id) ?? [])] as const
  );
  const outcomeOf = rememberedOutcome(policy, input);
  const moments: Moment[] = [];
  const stakes = new Map<number, Stake>();
  for (const stretch of between(edgesOf(used, input))) {
    const onCall = new Map(watches.map(([id, at]) => [id, at(stretch)]));
    const directory: Directory = { ...input.people, onCall };
    const atMs = stretch.startsAtMs;
    moments.push({ ...stretch, outcome: outcomeOf(directory, atMs) });
    for (const stake of stakesOf(policy, directory, atMs)) {
      if (!stakes.has(stake.responderId)) stakes.set(stake.responderId, stake);
    }
  }
  const wrongs = [
    ...endWrongs(moments, input),
    ...stepWrongs(policy, moments),
    ...fallbackWrongs(moments, input),
  ];
  const subject = { kind: "policy", id: policy.id, name: policy.name } as const;
  return {
    findings: wrongs.map((wrong): Finding => ({
      ...wrong,
      subject,
      gravity: GRAVITY[wrong.code] ?? "may_fail",
      atMs: "stretches" in wrong
        ? wrong.stretches[0]?.startsAtMs ?? input.fromMs
        : input.fromMs,
    })),
    stakes: [...stakes.values()],
  };
}

const GRAVITY: Partial<Record<Wrong["code"], Gravity>> = {
  policy_reaches_nobody: "will_fail",
  no_last_resort: "will_fail",
  no_fallback: "worth_knowing",
};

/** Promises the ids of the schedules that decide whom the policy pages. */
export function scheduleIdsOf(
  { steps, fallback }: Pick<EscalationPolicy, "steps" | "fallback">,
): number[] {
  const targets = [...steps.flatMap((step) => step.targets), ...fallback];
  return [
    ...new Set(targets.filter(isSchedule).map(({ id }) => id)),
  ];
}

function isSchedule({ kind }: EscalationTarget): boolean {
  return kind === "schedule";
}

function edgesOf(
  scheduleIds: readonly number[],
  { fromMs, toMs, tiles }: PolicyInput,
): number[] {
  const edges = scheduleIds.flatMap((id) =>
    (tiles.get(id) ?? []).map(({ startsAtMs }) => startsAtMs)
  );
  return [...new Set([fromMs, ...edges, toMs])].sort((a, b) => a - b);
}

function between(edges: readonly number[]): Stretch[] {
  return edges.slice(1).map((endsAtMs, index) => ({
    startsAtMs: edges[index] ?? endsAtMs,
    endsAtMs,
  }));
}

/** Promises who is on call in stretches that are asked for in their order. */
function createWatch(
  tiles: readonly Shift[],
): (stretch: Stretch) => readonly number[] {
  let at = 0;
  return ({ startsAtMs }) => {
    while ((tiles[at]?.endsAtMs ?? Infinity) <= startsAtMs) at++;
    return tiles[at]?.responderIds ?? [];
  };
}

/** Rotations come round: with the same people on call the outcome is the same one. */
function rememberedOutcome(
  policy: EscalationPolicy,
  { fromMs }: PolicyInput,
): (directory: Directory, atMs: number) => Outcome {
  const known = new Map<string, Outcome>();
  const incident = imaginedIncident(policy, {
    severity: "critical",
    atMs: fromMs,
  });
  return (directory, atMs) => {
    const key = [...directory.onCall.values()].join("|");
    const outcome = known.get(key) ?? outcomeAt(incident, directory, atMs);
    known.set(key, outcome);
    return outcome;
  };
}

/** Asks for each step alone, as an incident would that has come to it, and for what comes after the last repeat. */
function outcomeAt(
  incident: Incident,
  directory: Directory,
  atMs: number,
): Outcome {
  const { policy } = incident;
  const skipped = policy.steps.flatMap((_, step) => {
    const arrived = { ...incident, nextStep: step, round: policy.repeatCount };
    const { pages, entries } = planEscalation(arrived, directory, atMs);
    if (pages[0]?.step === step) return [];
    const told = entries.find(({ kind }) => kind === "step_skipped");
    return { step, noOneOnCall: told?.detail.reason === "nobody_on_call" };
  });
  const first = planEscalation(incident, directory, atMs);
  const worn = { ...incident, round: policy.repeatCount + 1 };
  const end = planEscalation(worn, directory, atMs);
  return {
    skipped,
    atOnce: first.incident.exhaustedAtMs === null
      ? null
      : lastResortOf(first.pages, incident, directory),
    end: lastResortOf(end.pages, incident, directory),
  };
}

function lastResortOf(
  pages: readonly PlannedPage[],
  { policy, teamId }: Incident,
  directory: Directory,
): LastResort {
  const responderIds = [...new Set(pages.map((page) => page.responderId))];
  const [one] = responderIds;
  if (one === undefined) return { from: "nobody", responderIds };
  const named = policy.fallback
    .flatMap((target) => respondersOf(target, directory));
  if (named.includes(one)) return { from: "policy", responderIds };
  const inTeam = directory.members.get(teamId)?.includes(one) ?? false;
  return { from: inTeam ? "team" : "admins", responderIds };
}

function endWrongs(
  moments: readonly Moment[],
  { people }: PolicyInput,
): Wrong[] {
  const nobody = stretchesOf(
    moments,
    ({ atOnce }) => atOnce?.from === "nobody",
  );
  const straight = moments.filter(({ outcome: { atOnce } }) =>
    atOnce !== null && atOnce.from !== "nobody"
  );
  const silent = stretchesOf(
    moments,
    ({ atOnce, end }) => atOnce === null && end.from === "nobody",
  );
  const wrongs: Wrong[] = [];
  if (nobody.length > 0) {
    wrongs.push({ code: "policy_reaches_nobody", stretches: nobody });
  }
  if (silent.length > 0) {
    wrongs.push({ code: "no_last_resort", stretches: silent });
  }
  if (straight.length > 0) {
    wrongs.push({
      code: "only_last_resort",
      stretches: joined(straight),
      people: namesOf(
        straight.flatMap(({ outcome }) => outcome.atOnce?.responderIds ?? []),
        people,
      ),
    });
  }
  return wrongs;
}

/** Of a step that is nothing but a schedule, the schedule's own gaps say it all. */
function stepWrongs(
  { steps }: EscalationPolicy,
  moments: readonly Moment[],
): Wrong[] {
  return steps.flatMap(({ targets }, step): Wrong[] => {
    const [only, ...others] = targets;
    const lone = others.length === 0 && only !== undefined && isSchedule(only);
    const stretches = stretchesOf(
      moments,
      ({ skipped }) =>
        skipped.some((one) => one.step === step && !(lone && one.noOneOnCall)),
    );
    return stretches.length === 0
      ? []
      : [{ code: "step_reaches_nobody", step, stretches }];
  });
}

function fallbackWrongs(
  moments: readonly Moment[],
  { people }: PolicyInput,
): Wrong[] {
  for (const { outcome: { end: { from, responderIds } } } of moments) {
    if (from !== "team" && from !== "admins") continue;
    const names = namesOf(responderIds, people);
    return [{ code: "no_fallback", from, people: names }];
  }
  return [];
}

function namesOf(
  ids: readonly number[],
  { responders }: PolicyInput["people"],
): string[] {
  return [...new Set(ids)].flatMap((id) => responders.get(id)?.name ?? []);
}

function stretchesOf(
  moments: readonly Moment[],
  isSo: (outcome: Outcome) => boolean,
): Stretch[] {
  return joined(moments.filter(({ outcome }) => isSo(outcome)));
}

/** Stretches that touch become one. */
function joined(stretches: readonly Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (const { startsAtMs, endsAtMs } of stretches) {
    const last = merged.at(-1);
    if (last?.endsAtMs === startsAtMs) last.endsAtMs = endsAtMs;
    else merged.push({ startsAtMs, endsAtMs });
  }
  return merged;
}

function stakesOf(
  { id, name, steps, fallback }: EscalationPolicy,
  directory: Directory,
  atMs: number,
): Stake[] {
  const duty: Duty = { kind: "policy", id, name };
  const targets = [...steps.flatMap((step) => step.targets), ...fallback];
  return targets.flatMap((target) =>
    respondersOf(target, directory)
      .map((responderId) => ({ responderId, atMs, duty }))
  );
}
