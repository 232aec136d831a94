/** A dry run as lines of text: a page each, in the order of time. */
import type { DryRun } from "../../src/app/policies/dry_run.ts";
import { minutesBetween } from "../../src/app/policies/dry_run_fields.ts";
import type { Look } from "../../src/domain/policies/look.ts";
import { channelName } from "../../src/web/view/notification_words.ts";
import { skipWords } from "../../src/web/view/policies/step_words.ts";
import { exactTime, shortTime } from "../../src/web/view/zoned_time.ts";

/** Promises the lines, times in the zone. */
export function linesOf(run: DryRun, timeZone: string): string[] {
  const { policy, severity, startsAtMs, end } = run;
  const looks = [...run.steps, ...end ? [end] : []];
  const events = looks.flatMap(eventsOf).sort((a, b) => a.atMs - b.atMs);
  const view = { nowMs: startsAtMs, timeZone };
  const rows = events.map(({ atMs, what, text }) => [
    `${minutesBetween(startsAtMs, atMs)} min`,
    shortTime(atMs, view),
    what,
    text,
  ]);
  return [
    `${policy.name}: ${severity}, ${exactTime(startsAtMs, timeZone)}`,
    "",
    ...aligned(rows).map((line) => `  ${line}`),
    "",
    endLine(run, (atMs) => shortTime(atMs, view)),
  ];
}

interface Event {
  atMs: number;
  what: string;
  text: string;
}

function eventsOf({ atMs, step, skipped, pages, inTurn }: Look): Event[] {
  const what = step === null ? "last resort" : `step ${step + 1}`;
  return [
    ...skipped.map((one) => ({
      atMs,
      what: `step ${one.step + 1}`,
      text: skipWords(one.reason),
    })),
    ...pages.map(({ name, contactMethod, dueAtMs }) => ({
      atMs: dueAtMs,
      what,
      text: `${name} by ${channelName(contactMethod)}${
        inTurn ? ", whose turn is next" : ""
      }`,
    })),
  ];
}

function endLine(
  { end, closesAtMs, startsAtMs }: DryRun,
  shown: (atMs: number) => string,
): string {
  const atMs = end?.atMs ?? closesAtMs ?? startsAtMs;
  const when = `after ${minutesBetween(startsAtMs, atMs)} min, ${shown(atMs)}`;
  if (end === null) return `Ends ${when}: closed by its age.`;
  const why = {
    nobody_answered: "everything has been tried",
    nobody_reachable: "no step reaches anybody",
    no_step_applies: "no step applies",
  }[end.exhausted ?? "nobody_answered"];
  const who = end.lastResort === null ? "nobody is left to page" : {
    policy: "the policy's last resort is paged",
    team: "the team's members are paged",
    admins: "the admins are paged",
  }[end.lastResort];
  return `Ends ${when}: ${why}, ${who}.`;
}

function aligned(rows: readonly string[][]): string[] {
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0
        ? cell.padStart(widths[0] ?? 0)
        : cell.padEnd(widths[column] ?? 0)
    ).join("  ")
  );
}
