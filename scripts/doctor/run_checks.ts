/** Runs the checks one after the other, each within its own time; whatever becomes of one, the others run. */
import { inTime } from "../../src/app/in_time.ts";
import type { Mask } from "../../src/logging/mask.ts";
import { type Check, fail, type Grade, type Line, skipped } from "./check.ts";
import { failureOf } from "./failure.ts";
import type { Patient } from "./patient.ts";

/** What a check has said. */
export interface Result {
  name: string;
  title: string;
  /** The worst of its lines. */
  grade: Grade;
  lines: Line[];
  durationMs: number;
}

/** From the worst. */
const GRADES: readonly Grade[] = ["fail", "warn", "ok", "skipped"];

/** Promises the worst of the grades; `skipped` of none. */
export function worst(grades: readonly Grade[]): Grade {
  return GRADES.find((grade) => grades.includes(grade)) ?? "skipped";
}

/** Yields each check's result when it is there, without secrets. */
export async function* runChecks(
  checks: readonly Check[],
  { patient, mask }: { patient: Patient; mask: Mask },
): AsyncGenerator<Result> {
  const grades = new Map<string, Pick<Result, "title" | "grade">>();
  for (const check of checks) {
    const startedMs = performance.now();
    const lines = obstacle(check, { patient, grades }) ??
      await runOne(check, patient);
    const grade = worst(lines.map(({ grade }) => grade));
    grades.set(check.name, { title: check.title, grade });
    yield {
      name: check.name,
      title: check.title,
      grade,
      lines: lines.map(({ grade, message, remedy }) => ({
        grade,
        message: mask(message),
        remedy: remedy === null ? null : mask(remedy),
      })),
      durationMs: Math.round(performance.now() - startedMs),
    };
  }
}

/** Why there is no sense in the check; null where there is. */
function obstacle(
  { settings = [], after = [] }: Check,
  { patient, grades }: {
    patient: Patient;
    grades: ReadonlyMap<string, Pick<Result, "title" | "grade">>;
  },
): Line[] | null {
  const wrong = settings.filter((name) =>
    patient.problems.some((problem) =>
      problem.name === name || problem.name === `${name}_FILE`
    )
  );
  if (wrong.length > 0) {
    return [skipped(`Not looked at, because ${wrong.join(", ")} is wrong.`)];
  }
  const before = after.map((name) => grades.get(name))
    .find((one) => one && ["fail", "skipped"].includes(one.grade));
  return before === undefined
    ? null
    : [skipped(`Not looked at, because of what “${before.title}” says.`)];
}

async function runOne(check: Check, patient: Patient): Promise<Line[]> {
  const controller = new AbortController();
  try {
    const running = check.run(patient, controller.signal);
    const lines = await inTime(running, check.limitMs);
    if (lines !== "late") return lines;
    // What it comes to later is nobody's business any more.
    running.catch(() => {});
    return [late(check)];
  } catch (error) {
    return [failureOf(error)];
  } finally {
    controller.abort();
  }
}

function late({ limitMs }: Check): Line {
  return fail(
    `There was no answer within ${limitMs / 1_000} s.`,
    "Look at the load of this machine and of what it asks, and run the doctor again.",
  );
}
