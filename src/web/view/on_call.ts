/** Who is on call now and who is next, schedule by schedule. */
import type { ReachableResponder, Team } from "../../domain/people.ts";
import type { Schedule, ScheduleEntry, Shift } from "../../domain/schedule.ts";
import { shifts } from "../../domain/schedule.ts";
import { listed } from "./plural.ts";
import { shortTime, type Viewpoint } from "./zoned_time.ts";

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
  entries: readonly ScheduleEntry[];
  teams: readonly Team[];
  /** Everybody in the entries. */
  responders: readonly ReachableResponder[];
}

/** Promises one line for each schedule, gaps first; `untilMs` is how far the entries were read. */
export function dutyNow(
  { schedules, entries, teams, responders }: Rota,
  { view, untilMs }: { view: Viewpoint; untilMs: number },
): Duty[] {
  const people = new Map(responders.map(({ id, name }) => [id, name]));
  const teamNames = new Map(teams.map(({ id, name }) => [id, name]));
  const nameAll = (shift: Shift | undefined) =>
    (shift?.responderIds ?? []).map((id) =>
      people.get(id) ?? "somebody who is gone"
    );
  return schedules.map((schedule): Duty => {
    const own = entries.filter((entry) => entry.scheduleId === schedule.id);
    const [now, next] = shifts(own, view.nowMs, untilMs);
    const names = nameAll(now);
    return {
      scheduleId: schedule.id,
      scheduleName: schedule.name,
      teamName: teamNames.get(schedule.teamId) ?? "",
      names,
      initials: names[0] === undefined ? "!" : initials(names[0]),
      gap: names.length === 0,
      until: untilWords({ now, next, names: nameAll(next) }, view),
    };
  }).sort((a, b) => Number(b.gap) - Number(a.gap));
}

/** Promises the names of those who are on call now and have no contact method that is switched on. */
export function unreachableOnCall(
  { entries, responders }: Rota,
  nowMs: number,
): string[] {
  const onDuty = new Set(
    Map.groupBy(entries, (entry) => entry.scheduleId).values().flatMap((own) =>
      shifts(own, nowMs, nowMs + 1).flatMap((shift) => shift.responderIds)
    ),
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
  { now, next, names }: {
    now: Shift | undefined;
    next: Shift | undefined;
    names: string[];
  },
  view: Viewpoint,
): string {
  if (!now || !next) {
    return now && now.responderIds.length > 0
      ? "with no change in sight"
      : "nobody is planned";
  }
  const then = names.length === 0 ? "nobody" : listed(names);
  return `until ${shortTime(now.endsAtMs, view)}, then ${then}`;
}
