/** The first screen: what is burning, who is on call, whether paging works. */
import { SEVERITIES } from "../domain/intake/alert.ts";
import { peopleOf } from "../domain/schedules/schedule.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import type { Routes } from "../http/routes.ts";
import type { OpenCount } from "../ports/overview_repository.ts";
import type { IncidentSummary } from "../ports/incident_repositories.ts";
import type { WebDeps } from "./deps.ts";
import { nextLook } from "./incidents/load_ahead.ts";
import { ownCoverRows } from "./schedules/load_cover_requests.ts";
import { showPage } from "./page.ts";
import { dashboardSentence } from "./view/dashboard_sentence.ts";
import { duration } from "./view/duration.ts";
import {
  chartFromMs,
  hoursChart,
  median,
} from "./view/schedules/hours_chart.ts";
import { incidentRow } from "./view/incidents/incident_row.ts";
import {
  type Duty,
  dutyNow,
  type Rota,
  unreachableOnCall,
} from "./view/schedules/on_call.ts";
import { beforeTheNight } from "./view/findings.ts";
import { pagingHealth, wrongs } from "./view/paging_health.ts";
import { counted, digits } from "./view/plural.ts";
import { strongNames, type Words } from "./view/words.ts";
import { startOfDayMs } from "./view/zoned_time.ts";
import { type Viewer, viewerOf } from "./viewer.ts";

const MOST_ROWS = 20;
const MOST_OWN = 10;
const AHEAD_MS = 14 * 86_400_000;
const MOST_SCHEDULES = 100;
const MOST_DUTIES = 8;

/** Adds `/dashboard`. */
export function addDashboard(routes: Routes, deps: WebDeps): void {
  routes.page("/dashboard", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const view = await dashboardView(deps, viewer);
    return showPage(c, deps, {
      template: "dashboard",
      title: "Dashboard",
      place: "dashboard",
      view,
      viewer,
      live: true,
    });
  });
}

async function dashboardView(deps: WebDeps, viewer: Viewer) {
  const { store } = deps;
  const { view, responderId } = viewer;
  const [counts, exhausted, urgent, rota] = await Promise.all([
    store.overview.openCounts(),
    store.vitals.exhausted(),
    urgentFor(deps, responderId),
    loadRota(deps, view.nowMs),
  ]);
  const paged = await store.overview.lastPaged(urgent.map(({ id }) => id));
  const duties = dutyNow(rota, { view, untilMs: view.nowMs + AHEAD_MS });
  const ahead = beforeTheNight(await deps.readiness(), view.timeZone);
  const health = pagingHealth({
    nowMs: view.nowMs,
    sendingEnabled: deps.config.sendingEnabled,
    jobs: deps.jobs(),
    runs: await store.jobs.list(),
    pages: await store.overview.countPages(startOfDayMs(view)),
    lastSent: await store.overview.lastSent(),
    unreachable: unreachableOnCall(rota, view.nowMs),
  });
  const open = total(counts, () => true);
  return {
    opening: dashboardSentence({
      waiting: total(counts, ({ status }) => status === "triggered"),
      worked: total(counts, ({ status }) => status === "acknowledged"),
      exhausted,
      first: await firstWaiting(deps, { urgent, paged }),
      duties,
      health: health.healthy ? health.sentence : "",
      view,
    }),
    health,
    wrongs: wrongs(health),
    counts: severityCounts(counts),
    rows: urgent.map((incident) =>
      incidentRow(incident, {
        view,
        paged: paged.get(incident.id) ?? [],
        responderId,
      })
    ),
    hidden: Math.max(0, open - urgent.length),
    ...shownDuties(duties),
    ahead,
    covers: await ownCoverRows(store, viewer),
    ...await lastDay(deps, viewer),
    ...emptyWords(rota, viewer),
  };
}

/** Those that wait for the viewer first, then everybody's. */
async function urgentFor(
  { store }: WebDeps,
  responderId: number,
): Promise<IncidentSummary[]> {
  const all = await store.overview.mostUrgent(MOST_ROWS);
  const mine = await store.overview.incidents(
    { statuses: ["triggered"], responderId },
    { limit: MOST_OWN },
  );
  const own = new Set(mine.items.map(({ id }) => id));
  return [
    ...all.filter(({ id }) => own.has(id)),
    ...mine.items.filter(({ id }) => !all.some((one) => one.id === id)),
    ...all.filter(({ id }) => !own.has(id)),
  ].slice(0, MOST_ROWS);
}

async function loadRota(
  { store }: WebDeps,
  nowMs: number,
): Promise<Rota> {
  const page = { page: 1, pageSize: MOST_SCHEDULES };
  const schedules = (await store.schedules.list({}, page)).items;
  const teams = (await store.teams.list({}, page)).items;
  const plans = await store.schedules.plans(
    schedules.map(({ id }) => id),
    nowMs,
    nowMs + AHEAD_MS,
  );
  const ids = [...new Set([...plans.values()].flatMap(peopleOf))];
  const responders = await store.responders.reachable(ids);
  return { schedules, plans, teams, responders };
}

async function firstWaiting(
  deps: WebDeps,
  { urgent, paged }: {
    urgent: readonly IncidentSummary[];
    paged: ReadonlyMap<number, string[]>;
  },
) {
  const first = urgent.find(({ status }) => status === "triggered");
  const incident = first && await deps.store.incidents.find(first.id);
  if (!incident) return null;
  return {
    incident,
    paged: paged.get(incident.id) ?? [],
    next: await nextLook(deps.store, incident),
  };
}

async function lastDay({ store }: WebDeps, { view }: Viewer) {
  const fromMs = chartFromMs(view.nowMs);
  const chart = hoursChart(await store.overview.openedPerHour(fromMs), view);
  const over = chart.total - await store.overview.stillOpenSince(fromMs);
  const answered = median(await store.overview.answerTimesMs(fromMs));
  const dayWords: Words = chart.total === 0 ? ["No incident was opened."] : [
    `${digits(chart.total)} opened, ${
      digits(Math.max(0, over))
    } of them resolved.`,
    ...answered === null
      ? []
      : [" Half were answered within ", { strong: duration(answered) }, "."],
  ];
  return { chart, dayWords };
}

function severityCounts(counts: readonly OpenCount[]) {
  return SEVERITIES.toReversed().flatMap((severity) => {
    const count = total(counts, (one) => one.severity === severity);
    return count === 0
      ? []
      : [{ severity, words: `${digits(count)} ${severity}` }];
  });
}

function total(
  counts: readonly OpenCount[],
  wanted: (count: OpenCount) => boolean,
): number {
  return counts.filter(wanted).reduce((sum, { count }) => sum + count, 0);
}

/** Each by its team, or by its own name where the team has several. */
function shownDuties(duties: readonly Duty[]) {
  const ofTeam = Map.groupBy(duties, ({ teamName }) => teamName);
  const hidden = duties.length - MOST_DUTIES;
  return {
    duties: duties.slice(0, MOST_DUTIES).map((duty) => {
      const alone = ofTeam.get(duty.teamName)?.length === 1;
      return {
        ...duty,
        who: strongNames(duty.names, 4),
        place: alone ? duty.teamName : duty.scheduleName,
      };
    }),
    moreDuties: hidden > 0 ? `And ${counted(hidden, "more schedule")}` : "",
  };
}

function emptyWords({ teams, schedules }: Rota, { can }: Viewer) {
  if (can.administer && teams.length === 0) {
    return {
      emptyTitle: "Nothing is set up yet",
      emptyText:
        "Nothing can page anybody yet. Begin with a team; then a schedule, a policy, and an alert source whose key you give to your monitoring system.",
      emptyHref: "/teams/new",
      emptyLabel: "Make a team",
    };
  }
  return {
    emptyTitle: "All quiet",
    emptyText: schedules.length === 0
      ? "No incident is open."
      : `No incident is open. ${
        counted(schedules.length, "schedule")
      } in force.`,
    emptyHref: "",
    emptyLabel: "",
  };
}
