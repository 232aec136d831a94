/** What the readiness check has found, as lines of a page. */
import type { Readiness } from "../../app/readiness/readiness.ts";
import {
  type Finding,
  GRAVITIES,
  type Gravity,
  isWrong,
  type Subject,
  touches,
} from "../../domain/readiness/finding.ts";
import {
  findingPath,
  findingSentence,
} from "../../domain/readiness/finding_text.ts";
import { counted, sentenceCase, spelled } from "./plural.ts";
import type { Words } from "./words.ts";

export interface FindingLine {
  /** Stable while the finding is the same one. */
  key: string;
  words: Words;
  path: string;
  label: string;
  tone: "bad" | "warn" | "plain";
  /** "Will fail". */
  tag: string;
}

export interface FindingGroup {
  gravity: Gravity;
  title: string;
  text: string;
  lines: FindingLine[];
}

const TAGS: Record<Gravity, string> = {
  will_fail: "Will fail",
  may_fail: "May fail",
  worth_knowing: "Worth knowing",
};

const TONES: Record<Gravity, FindingLine["tone"]> = {
  will_fail: "bad",
  may_fail: "warn",
  worth_knowing: "plain",
};

const MEANINGS: Record<Gravity, string> = {
  will_fail: "A page would reach nobody, or not who is meant.",
  may_fail: "A page goes on to somebody else, or may not arrive.",
  worth_knowing: "Nothing fails.",
};

/** Promises the findings by how bad they are, the worst first, without empty groups. */
export function findingGroups(
  readiness: Readiness,
  timeZone: string,
): FindingGroup[] {
  return GRAVITIES.map((gravity) => ({
    gravity,
    title: TAGS[gravity],
    text: MEANINGS[gravity],
    lines: readiness.findings.filter((one) => one.gravity === gravity)
      .map((finding) => lineOf(finding, readiness, timeZone)),
  })).filter(({ lines }) => lines.length > 0);
}

/** Promises what concerns the page of a schedule, a policy or a responder. */
export function findingsAbout(
  readiness: Readiness,
  subject: Pick<Subject, "kind" | "id">,
  timeZone: string,
): FindingLine[] {
  return readiness.findings.filter((finding) => touches(finding, subject))
    .map((finding) => {
      const line = lineOf(finding, readiness, timeZone);
      const isOwn = finding.subject.kind === subject.kind &&
        finding.subject.id === subject.id;
      // A page does not link to itself.
      return isOwn ? { ...line, path: "" } : line;
    });
}

const MOST_SHOWN = 3;

/** Promises the worst few of what will or may fail, and how much more there is. */
export function beforeTheNight(
  readiness: Readiness,
  timeZone: string,
): { lines: FindingLine[]; more: string; quiet: string } {
  const wrong = readiness.findings.filter(isWrong);
  const rest = wrong.length - MOST_SHOWN;
  return {
    lines: wrong.slice(0, MOST_SHOWN)
      .map((finding) => lineOf(finding, readiness, timeZone)),
    more: rest > 0 ? `And ${counted(rest, "more finding")}` : "All findings",
    quiet: quietWords(readiness),
  };
}

/** Promises the sentence for when nothing is wrong. */
export function quietWords({ fromMs, toMs }: Readiness): string {
  const days = Math.round((toMs - fromMs) / 86_400_000);
  return `Everybody on call for the next ${days} days can be reached.`;
}

/** Promises the headline of the page. */
export function readinessHeadline({ findings }: Readiness): string {
  const will = findings.filter((one) => one.gravity === "will_fail").length;
  const may = findings.filter((one) => one.gravity === "may_fail").length;
  const things = (count: number) =>
    `${spelled(count)} ${count === 1 ? "thing" : "things"}`;
  if (will + may === 0) return "Ready for the night.";
  const parts = [
    will > 0 ? `${things(will)} will fail` : "",
    may > 0 ? `${will > 0 ? spelled(may) : things(may)} may fail` : "",
  ].filter((part) => part !== "");
  return `${sentenceCase(parts.join(", "))}.`;
}

function lineOf(
  finding: Finding,
  { fromMs, toMs }: Readiness,
  timeZone: string,
): FindingLine {
  const { code, gravity, subject } = finding;
  const step = code === "step_reaches_nobody" ? `-${finding.step}` : "";
  return {
    key: `${code}-${subject.kind}-${subject.id ?? 0}${step}`,
    words: findingSentence(finding, { fromMs, toMs, timeZone }),
    path: findingPath(finding),
    label:
      LABELS[findingPath(finding) === "/settings" ? "service" : subject.kind],
    tone: TONES[gravity],
    tag: TAGS[gravity],
  };
}

const LABELS: Record<Subject["kind"], string> = {
  service: "Settings",
  policy: "Open policy",
  schedule: "Open schedule",
  responder: "Open responder",
};
