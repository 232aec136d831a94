/** The weekly mail about what the readiness check has found. */
import { type Finding, isWrong } from "./finding.ts";
import {
  findingSentence,
  plainSentence,
  type Telling,
} from "./finding_text.ts";
import { wallTimeOf } from "../time/wall_clock.ts";

/** From this hour of Monday on, UTC. */
const FROM_HOUR = 8;
const MOST_FINDINGS = 8;
/** Shorter than what a notice holds, with the lines around it. */
const MOST_LETTERS = 1_700;

/** Promises the ISO 8601 week whose check is due at the instant, as `2026-W48`; null before 08:00 UTC on its Monday. */
export function weekToCheck(atMs: number): string | null {
  const wall = wallTimeOf(atMs, "UTC");
  if (wall.dayOfWeek === 1 && wall.hour < FROM_HOUR) return null;
  const week = String(wall.weekOfYear).padStart(2, "0");
  return `${wall.yearOfWeek}-W${week}`;
}

/** Promises the words for somebody in the zone; null when nothing will or may fail. */
export function readinessMail(
  findings: readonly Finding[],
  telling: Telling,
): { subject: string; text: string } | null {
  const wrong = findings.filter(isWrong);
  if (wrong.length === 0) return null;
  const things = wrong.length === 1 ? "1 thing" : `${wrong.length} things`;
  const lines: string[] = [];
  let letters = 0;
  for (const finding of wrong.slice(0, MOST_FINDINGS)) {
    const line = `- ${plainSentence(findingSentence(finding, telling))}`;
    letters += line.length + 1;
    if (letters > MOST_LETTERS) break;
    lines.push(line);
  }
  const rest = wrong.length - lines.length;
  return {
    subject: `${things} to mend before on-call can be relied on`,
    text: [
      `In the next 14 days ${things} will or may keep pages from reaching somebody:`,
      ...lines,
      ...rest > 0 ? [`And ${rest} more.`] : [],
      `Times are in ${telling.timeZone}.`,
    ].join("\n"),
  };
}
