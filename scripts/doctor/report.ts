/** What the doctor has found, for people and for programs. */
import { styleText } from "node:util";
import { z } from "zod";
import type { Grade } from "./check.ts";
import { type Result, worst } from "./run_checks.ts";

const GradeWord = z.enum(["ok", "warn", "fail", "skipped"]);

/** What `--json` prints; docs/operator-guide.md describes it. Fields may be added, and none is taken away. */
export const Report = z.object({
  /** The worst of all; `skipped` never, as the settings are always looked at. */
  status: GradeWord,
  version: z.string(),
  checked_at: z.iso.datetime(),
  checks: z.array(z.object({
    name: z.string(),
    status: GradeWord,
    duration_ms: z.int(),
    findings: z.array(z.object({
      status: GradeWord,
      message: z.string(),
      remedy: z.string().nullable(),
    })).min(1),
  })),
});

/** Promises the report for programs. */
export function reportOf(
  results: readonly Result[],
  { version, nowMs }: { version: string; nowMs: number },
): z.infer<typeof Report> {
  return {
    status: worst(results.map(({ grade }) => grade)),
    version,
    checked_at: new Date(nowMs).toISOString(),
    checks: results.map(({ name, grade, durationMs, lines }) => ({
      name,
      status: grade,
      duration_ms: durationMs,
      findings: lines.map(({ grade, message, remedy }) => ({
        status: grade,
        message: plain(message),
        remedy: remedy && plain(remedy),
      })),
    })),
  };
}

const WORDS: Record<Grade, [word: string, style: Style]> = {
  ok: ["ok  ", "green"],
  warn: ["WARN", "yellow"],
  fail: ["FAIL", "red"],
  skipped: ["-   ", "dim"],
};

type Style = "green" | "yellow" | "red" | "dim" | "bold";

/** Steps of an upgrade do not fail, they are to be done. */
const STEP_WORDS: typeof WORDS = { ...WORDS, fail: ["TODO", "yellow"] };

export interface Look {
  /** They are steps of an upgrade. */
  asSteps: boolean;
  /** With the escape sequences of a terminal. */
  inColours: boolean;
}

/** Promises the lines for people. */
export function linesOf(
  { title, lines }: Result,
  { asSteps, inColours }: Look,
): string[] {
  const words = asSteps ? STEP_WORDS : WORDS;
  const styled = (style: Style, text: string) =>
    inColours ? styleText(style, text, { validateStream: false }) : text;
  return [
    styled("bold", title),
    ...lines.flatMap(({ grade, message, remedy }) => {
      const [word, style] = words[grade];
      return [
        `  ${styled(style, word)}  ${plain(message)}`,
        ...remedy === null ? [] : [`        ${plain(remedy)}`],
      ];
    }),
  ];
}

/** Promises how many of each there are, as "1 failure, 2 warnings, 9 fine, 1 not looked at." */
export function summaryOf(results: readonly Result[]): string {
  const lines = results.flatMap((result) => result.lines);
  const count = (wanted: Grade) =>
    lines.filter(({ grade }) => grade === wanted).length;
  const number = (n: number, one: string, many: string) =>
    `${n} ${n === 1 ? one : many}`;
  return [
    number(count("fail"), "failure", "failures"),
    number(count("warn"), "warning", "warnings"),
    `${count("ok")} fine`,
    `${count("skipped")} not looked at`,
  ].join(", ") + ".";
}

/** Promises which step of an upgrade is the next. */
export function nextStepOf(results: readonly Result[]): string {
  const next = results.find(({ grade }) => grade === "fail");
  return next ? `Next: ${next.title}.` : "The upgrade is done.";
}

/** One line, whatever comes from outside: control characters could move the cursor and write over what stands there. */
function plain(text: string): string {
  return text.replaceAll("\u00A0", " ").replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
}
