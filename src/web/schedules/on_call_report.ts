/** How the burden of a month is shared, as a screen and as a table to take away. */
import { stringify } from "csv-stringify/sync";
import {
  type OnCallReport,
  onCallReport,
} from "../../app/schedules/on_call_report.ts";
import { invalid } from "../../app/refused_error.ts";
import { hoursOf, monthsBeside } from "../../domain/schedules/on_call_load.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { choices, everyRow } from "../load_names.ts";
import { showPage } from "../page.ts";
import {
  barsText,
  loadRows,
  loadSentence,
} from "../view/schedules/on_call_load.ts";
import { zoneWords } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const PATH = "/reports/on-call";

/** Adds `GET /reports/on-call` and `GET /reports/on-call.csv`, both with `month` and `team_id`. */
export function addOnCallReport(routes: Routes, deps: WebDeps): void {
  routes.page(PATH, "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const asked = askedFor(c);
    const report = await reportFor(deps, viewer, asked);
    return showPage(c, deps, {
      template: "on_call_report",
      title: "On-call load",
      place: "schedules",
      view: await reportView(deps, report, { viewer, asked }),
      viewer,
    });
  });
  routes.page(`${PATH}.csv`, "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const report = await reportFor(deps, viewer, askedFor(c));
    const { text } = report.month;
    return c.body(reportCsv(report), 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="on-call-${text}.csv"`,
      "Cache-Control": "no-store",
    });
  });
}

interface Asked {
  month: string | undefined;
  teamId: number | undefined;
}

/** An empty field of the form asks for nothing. */
function askedFor(c: EdgeContext): Asked {
  const team = c.req.query("team_id") || undefined;
  if (team !== undefined && !/^[1-9]\d{0,8}$/.test(team)) {
    throw invalid("team_id", "The id of a team.");
  }
  return {
    month: c.req.query("month") || undefined,
    teamId: team === undefined ? undefined : Number(team),
  };
}

function reportFor(
  { store }: WebDeps,
  { view: { timeZone, nowMs } }: Viewer,
  asked: Asked,
): Promise<OnCallReport> {
  return onCallReport(store, { ...asked, timeZone, nowMs });
}

async function reportView(
  { store }: WebDeps,
  report: OnCallReport,
  { viewer: { view }, asked: { teamId } }: { viewer: Viewer; asked: Asked },
) {
  const { month, isPlan, untilMs } = report;
  const team = teamId === undefined ? "" : `&team_id=${teamId}`;
  const { before, after } = monthsBeside(month.text);
  const linkTo = (text: string) => `${PATH}?month=${text}${team}`;
  const bars = loadRows(report);
  return {
    ...bars,
    barsText: barsText(bars),
    month: month.text,
    title: monthTitle(month.text),
    sentence: loadSentence(report),
    span: isPlan ? "As planned." : untilMs < month.toMs ? "Up to now." : "",
    teamId: teamId ?? "",
    teams: [
      { value: "", label: "All teams" },
      ...choices(await everyRow(store.teams)),
    ],
    links: {
      before: linkTo(before),
      after: linkTo(after),
      csv: `${PATH}.csv?month=${month.text}${team}`,
    },
    zone: zoneWords(view),
  };
}

/** Promises "November 2026". */
function monthTitle(text: string): string {
  return Temporal.PlainYearMonth.from(text).toPlainDate({ day: 1 })
    .toLocaleString("en-GB", { month: "long", year: "numeric" });
}

/** Promises RFC 4180 with a heading; a text that a spreadsheet would take for a formula is quoted. */
export function reportCsv({ people, month }: OnCallReport): string {
  const rows = people.map((load) => [
    month.text,
    load.responderId,
    load.name,
    load.timeZone,
    hoursOf(load.onCallMs),
    load.pages,
    load.incidents,
    load.nights,
    load.weekendDays,
  ]);
  return stringify(rows, {
    header: true,
    columns: [
      "month",
      "responder_id",
      "name",
      "time_zone",
      "on_call_hours",
      "pages",
      "incidents",
      "nights_interrupted",
      "weekend_days_interrupted",
    ],
    escape_formulas: true,
    record_delimiter: "windows",
  });
}
