/** What a change to a schedule would do, before it is saved: old and new beside each other, and the differences in words. */
import {
  type DutyChange,
  dutyChanges,
} from "../../domain/schedules/draft_plan.ts";
import {
  peopleOf,
  type Schedule,
  type SchedulePlan,
  shifts,
} from "../../domain/schedules/schedule.ts";
import type { WebDeps } from "../deps.ts";
import { found } from "../posted.ts";
import {
  daysFrom,
  rangeOf,
  WEEK_DAYS,
} from "../view/schedules/calendar_days.ts";
import { finalLane } from "../view/schedules/calendar_lanes.ts";
import { calendarPictures } from "../view/schedules/calendar_picture.ts";
import {
  changesSentence,
  changeWords,
} from "../view/schedules/change_words.ts";
import type { Viewer } from "../viewer.ts";

const WEEKS = 6;
const MOST_CHANGES = 60;

export interface PreviewWish {
  schedule: Schedule;
  viewer: Viewer;
  change(plan: SchedulePlan): SchedulePlan;
  /** When the change begins to count, where that is later than now. */
  fromMs?: number;
}

export type PlanPreview = Awaited<ReturnType<typeof loadPreview>>;

/** Promises the next weeks as they are and as they would be. */
export async function loadPreview(
  { store }: Pick<WebDeps, "store">,
  { schedule, viewer, change, fromMs = 0 }: PreviewWish,
) {
  const { view } = viewer;
  const days = daysFrom(
    Temporal.Instant.fromEpochMilliseconds(Math.max(fromMs, view.nowMs))
      .toZonedDateTimeISO(view.timeZone).toPlainDate(),
    { count: WEEKS * WEEK_DAYS, timeZone: view.timeZone },
  );
  const range = rangeOf(days);
  const plans = await store.schedules.plans(
    [schedule.id],
    range.fromMs,
    range.toMs,
  );
  const before = found(plans.get(schedule.id) ?? null, "schedule");
  const after = change(before);
  const people = new Set([...peopleOf(before), ...peopleOf(after)]);
  const responders = await store.responders.reachable([...people]);
  const names = new Map(responders.map(({ id, name }) => [id, name]));
  const changes = changesAhead(before, after, {
    ...range,
    fromMs: Math.max(range.fromMs, view.nowMs),
  });
  const draw = (plan: SchedulePlan) =>
    calendarPictures({
      ...{ days, names, view, marked: changes, columns: 2 },
      lanes: [{ ...finalLane(plan, range, () => ""), label: "" }],
      ownId: viewer.responderId,
      timeZone: schedule.timeZone,
      month: null,
    });
  const [old, fresh] = [draw(before), draw(after)];
  return {
    weeks: old.map((week, index) => ({
      before: [week],
      after: fresh.slice(index, index + 1),
    })),
    sentence: changesSentence(
      changes,
      fromMs <= view.nowMs
        ? `the next ${WEEKS} weeks`
        : `the ${WEEKS} weeks from then on`,
    ),
    changes: changes.slice(0, MOST_CHANGES)
      .map((one) => changeWords(one, names, view)),
    more: Math.max(0, changes.length - MOST_CHANGES),
  };
}

function changesAhead(
  before: SchedulePlan,
  after: SchedulePlan,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): DutyChange[] {
  return dutyChanges(
    shifts(before, fromMs, toMs),
    shifts(after, fromMs, toMs),
  );
}
