/** All schedules: who is on call, who is next, and when nobody is. */
import {
  gaps,
  peopleOf,
  type SchedulePlan,
} from "../../domain/schedules/schedule.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { everyRow } from "../load_names.ts";
import { showPage } from "../page.ts";
import { type Duty, dutyNow } from "../view/schedules/on_call.ts";
import {
  gapWords,
  type Looked,
  stretchWords,
} from "../view/schedules/gap_words.ts";
import { agree, counted, sentenceCase, spelled } from "../view/plural.ts";
import { daysFrom } from "../view/schedules/calendar_days.ts";
import { today } from "../view/schedules/calendar_span.ts";
import { stripOf } from "../view/schedules/duty_strip.ts";
import { strongNames, type Words } from "../view/words.ts";
import { type Viewpoint, zoneWords } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const DAY_MS = 86_400_000;
const STRIP_DAYS = 14;
const AHEAD_MS = STRIP_DAYS * DAY_MS;

/** Adds `GET /schedules`. */
export function addSchedules(routes: Routes, deps: WebDeps): void {
  routes.page("/schedules", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    return showPage(c, deps, {
      template: "schedules/list",
      title: "Schedules",
      place: "schedules",
      view: await listView(deps, viewer),
      viewer,
    });
  });
}

async function listView({ store }: WebDeps, { view, can }: Viewer) {
  const [schedules, teams] = await Promise.all([
    everyRow(store.schedules),
    everyRow(store.teams),
  ]);
  const looked = lookedAhead(view.nowMs);
  const plans = await store.schedules.plans(
    schedules.map(({ id }) => id),
    looked.fromMs - DAY_MS,
    looked.untilMs,
  );
  const ids = [...new Set([...plans.values()].flatMap(peopleOf))];
  const responders = await store.responders.reachable(ids);
  const duties = dutyNow({ schedules, plans, teams, responders }, {
    view,
    untilMs: looked.untilMs,
  });
  const days = daysFrom(today(view), {
    count: STRIP_DAYS,
    timeZone: view.timeZone,
  });
  const rows = duties.flatMap((duty) => {
    const plan = plans.get(duty.scheduleId);
    return plan
      ? { ...rowOf(duty, { plan, looked, view }), strip: stripOf(plan, days) }
      : [];
  });
  return {
    rows,
    opening: opening(rows),
    empty: {
      icon: "cal",
      title: "No schedule yet",
      text: teams.length === 0
        ? "A schedule belongs to a team. Make a team first; then say here who is paged at which hour."
        : "A schedule says who is paged at which hour. Escalation policies point to it, so that nobody has to be changed in many places when a turn ends.",
      href: !can.administer
        ? ""
        : teams.length === 0
        ? "/teams/new"
        : "/schedules/new",
      label: teams.length === 0 ? "Make a team" : "Make a schedule",
    },
    canMake: can.administer && teams.length > 0,
  };
}

/** The two weeks from now on. */
export function lookedAhead(nowMs: number): Looked {
  return {
    fromMs: nowMs,
    untilMs: nowMs + AHEAD_MS,
    words: "the next 14 days",
  };
}

function rowOf(
  duty: Duty,
  { plan, looked, view }: {
    plan: SchedulePlan;
    looked: Looked;
    view: Viewpoint;
  },
) {
  const holes = gaps(plan, looked.fromMs, looked.untilMs);
  return {
    ...duty,
    who: strongNames(duty.names, 4),
    zone: zoneWords({ ...view, timeZone: plan.timeZone }),
    holes: holes.length,
    gapWords: gapWords(holes, looked, view),
    firstHole: holes[0] ? stretchWords(holes[0], looked, view) : "",
  };
}

function opening(
  rows: readonly ReturnType<typeof rowOf>[],
): { headline: string; words: Words } {
  if (rows.length === 0) {
    return { headline: "No schedule yet.", words: [] };
  }
  const bare = rows.filter(({ gap }) => gap);
  const later = rows.filter(({ gap, holes }) => !gap && holes > 0);
  const count = sentenceCase(spelled(rows.length));
  const all = `${count} ${agree(rows.length, "schedule", "schedules")}. `;
  if (bare.length > 0) {
    return {
      headline: `${sentenceCase(spelled(bare.length))} ${
        agree(bare.length, "schedule has", "schedules have")
      } nobody on call.`,
      words: [
        all,
        ...strongNames(bare.map(({ scheduleName }) => scheduleName), 3),
        ` ${
          agree(bare.length, "is", "are")
        } empty now; pages go on to the next step of a policy.`,
      ],
    };
  }
  const [first] = later;
  if (!first) {
    return {
      headline: "Somebody is on call everywhere.",
      words: [all, "There is no gap in the next 14 days."],
    };
  }
  const rest = later.length - 1;
  const more = rest === 0
    ? ""
    : ` ${sentenceCase(spelled(rest))} more ${
      agree(rest, "has a gap", "have gaps")
    } in the next 14 days.`;
  return {
    headline: "Somebody is on call now, but not always.",
    words: [
      all,
      { strong: first.scheduleName },
      ` has nobody ${first.firstHole}${
        first.holes > 1 ? `, and ${counted(first.holes - 1, "more gap")}` : ""
      }.${more}`,
    ],
  };
}
