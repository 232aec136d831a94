/** Who is on call now and who is next, schedule by schedule. */
import type {
  ReachableResponder,
  Team,
} from "../../../domain/responders/people.ts";
import {
  handoffsIn,
  onCallAt,
  type Schedule,
  type SchedulePlan,
} from "../../../domain/schedules/schedule.ts";
import { listed } from "../plural.ts";
import { shortTime, type Viewpoint } from "../zoned_time.ts";

export interface Duty {
  scheduleId: number;
  scheduleName: string;
  teamName: string;
  names: string[];
  /** Two letters for the round sign; "!" where nobody is on call. */
  initials: string;
  gap: boolean;
  /** "until Tue 09:00, then Jonas Lind". */
  until: string;
}

export interface Rota {
  schedules: readonly Schedule[];
  /** By schedule. */
  plans: ReadonlyMap<number, SchedulePlan>;
  teams: readonly Team[];
  /** Everybody in the plans. */
  responders: readonly ReachableResponder[];
}

/** Promises one line for each schedule, gaps first; `untilMs` is how far the plans were read. */
export function dutyNow(
  { schedules, plans, teams, responders }: Rota,
  { view, untilMs }: { view: Viewpoint; untilMs: number },
): Duty[] {
  const people = new Map(responders.map(({ id, name }) => [id, name]));
  const teamNames = new Map(teams.map(({ id, name }) => [id, name]));
  const nameAll = (ids: readonly number[]) =>
    ids.map((id) => people.get(id) ?? "somebody who is gone");
  return schedules.map((schedule): Duty => {
    const plan = plans.get(schedule.id);
    const names = nameAll(plan ? onCallAt(plan, view.nowMs) : []);
    const [next] = plan ? handoffsIn(plan, view.nowMs, untilMs) : [];
    return {
      scheduleId: schedule.id,
      scheduleName: schedule.name,
      teamName: teamNames.get(schedule.teamId) ?? "",
      names,
      initials: names[0] === undefined ? "!" : initials(names[0]),
      gap: names.length === 0,
      until: next
        ? untilWords(next.atMs, nameAll(next.after), view)
        : names.length > 0
        ? "with no change in sight"
        : "nobody is planned",
    };
  }).sort((a, b) => Number(b.gap) - Number(a.gap));
}

/** Promises the names of those who are on call now and have no contact method that is switched on. */
export function unreachableOnCall(
  { plans, responders }: Rota,
  nowMs: number,
): string[] {
  const onDuty = new Set(
    [...plans.values()].flatMap((plan) => onCallAt(plan, nowMs)),
  );
  return responders
    .filter(({ id, contactMethods }) =>
      onDuty.has(id) && !contactMethods.some((method) => method.enabled)
    )
    .map(({ name }) => name);
}

/** Promises two letters: the first of the first and of the last name. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const first = [...words[0] ?? "?"][0] ?? "?";
  const last = words.length > 1 ? [...words.at(-1) ?? ""][0] ?? "" : "";
  return (first + last).toUpperCase();
}

function untilWords(
  atMs: number,
  names: readonly string[],
  view: Viewpoint,
): string {
  const then = names.length === 0 ? "nobody" : listed(names);
  return `until ${shortTime(atMs, view)}, then ${then}`;
}
