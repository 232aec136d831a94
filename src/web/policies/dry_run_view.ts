/** The dry run on a page: a form that asks when and how bad, and the ladder that answers. */
import type { DryRun } from "../../app/policies/dry_run.ts";
import { SEVERITIES, type Severity } from "../../domain/intake/alert.ts";
import { wallClockOf } from "../../domain/time/wall_clock.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import { dryRunRungs, firstWords } from "../view/policies/dry_run_words.ts";
import { sentenceCase } from "../view/plural.ts";
import { readWallClock } from "../view/wall_clock_field.ts";
import { exactTime, type Viewpoint, zoneWords } from "../view/zoned_time.ts";

/** What the address asks: `at` as the viewer's wall clock shows it, and `severity`. */
interface Asked {
  at: string;
  atMs: number | null;
  severity: Severity;
}

/** Promises what the template `parts/dry_run` draws. An `at` that is no time is said to be wrong and taken as now. */
export async function dryRunView(
  c: EdgeContext,
  { view, path, run }: {
    view: Viewpoint;
    /** Of the page, for the form. */
    path: string;
    run(when: { atMs: number; severity: Severity }): Promise<DryRun>;
  },
) {
  const asked = readAsked(c, view);
  const { severity } = asked;
  const atMs = asked.atMs ?? view.nowMs;
  const found = await run({ atMs, severity });
  return {
    path,
    at: asked.atMs === null
      ? wallClockOf(wholeMinute(atMs), view.timeZone)
      : asked.at,
    asked: asked.atMs !== null || severity !== "critical",
    later: asked.atMs !== null,
    wrong: asked.at !== "" && asked.atMs === null
      ? "A day and a time, as 2026-11-28 03:00."
      : "",
    exact: exactTime(atMs, view.timeZone),
    zone: zoneWords(view),
    severity,
    severities: SEVERITIES.toReversed().map((value) => ({
      value,
      label: sentenceCase(value),
    })),
    words: firstWords(found.steps[0] ?? found.end),
    ladder: dryRunRungs(found, view),
  };
}

function readAsked(c: EdgeContext, { timeZone }: Viewpoint): Asked {
  const at = c.req.query("at")?.trim() ?? "";
  const read = at === ""
    ? null
    : readWallClock(at, { timeZone, edge: "start" });
  const named = c.req.query("severity");
  const severity = SEVERITIES.find((one) => one === named) ?? "critical";
  return { at, atMs: read?.atMs ?? null, severity };
}

function wholeMinute(ms: number): number {
  return Math.floor(ms / 60_000) * 60_000;
}
