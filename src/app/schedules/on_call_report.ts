/** The burden of a month, read and counted. */
import {
  type Month,
  monthAt,
  monthOf,
  type OnCallLoad,
  onCallLoad,
} from "../../domain/schedules/on_call_load.ts";
import { shifts } from "../../domain/schedules/schedule.ts";
import type { Repositories } from "../../ports/store.ts";
import { everyPlan, everyRow } from "../every_row.ts";
import { eachInTurn } from "../in_slices.ts";
import { invalid } from "../refused_error.ts";

export interface OnCallReport extends OnCallLoad {
  month: Month;
  /** Up to where it is counted: of the present month what is over; a month to come is counted whole, as planned. */
  untilMs: number;
  isPlan: boolean;
}

export interface ReportWanted {
  /** As `2026-11`; the present month where it is not given. */
  month?: string | undefined;
  teamId?: number | undefined;
  /** In which the month begins and ends. */
  timeZone: string;
  nowMs: number;
}

type ReportStore = Pick<
  Repositories,
  "reports" | "responders" | "schedules" | "teams"
>;

/**
 * Promises the load of the month, of one team or of all. Who was on call is told by the schedules as they are now, who
 * was paged by the messages that were sent. Throws RefusedError naming the field for what is no month or no team.
 */
export async function onCallReport(
  store: ReportStore,
  { month: text, teamId, timeZone, nowMs }: ReportWanted,
): Promise<OnCallReport> {
  const month = monthOf(text ?? monthAt(nowMs, timeZone), timeZone);
  if (!month) throw invalid("month", "A month, as 2026-11.");
  if (teamId !== undefined && !await store.teams.find(teamId)) {
    throw invalid("team_id", `There is no team ${teamId}.`);
  }
  const isPlan = month.fromMs > nowMs;
  const untilMs = isPlan ? month.toMs : Math.min(month.toMs, nowMs);
  const { fromMs } = month;
  const wanted = {
    fromMs,
    toMs: untilMs,
    ...(teamId === undefined ? {} : { teamId }),
  };
  const every = await everyRow(store.schedules);
  const schedules = every.filter((schedule) =>
    teamId === undefined || schedule.teamId === teamId
  );
  const plans = await everyPlan(
    store.schedules,
    schedules.map(({ id }) => id),
    { fromMs, toMs: untilMs },
  );
  const slots = await store.reports.pagedSlots(wanted);
  const onCall = await eachInTurn(schedules, ({ id, name }) => {
    const plan = plans.get(id);
    return { id, name, shifts: plan ? shifts(plan, fromMs, untilMs) : [] };
  });
  const ids = new Set([
    ...onCall.flatMap((one) => one.shifts.flatMap((s) => s.responderIds)),
    ...slots.map(({ responderId }) => responderId),
  ]);
  const load = onCallLoad({
    schedules: onCall,
    people: await store.responders.zonesOf([...ids]),
    slots,
    incidents: await store.reports.pagedIncidents(wanted),
  });
  return { ...load, month, untilMs, isPlan };
}
