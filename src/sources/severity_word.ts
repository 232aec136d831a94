/** The words that monitoring systems grade alerts with. */
import { SEVERITIES, type Severity } from "../domain/intake/alert.ts";
import { cleanLine } from "../domain/text.ts";
import { type JsonObject, scalarText } from "./json_body.ts";

const WORDS: Record<Severity, readonly string[]> = {
  critical: [
    "crit",
    "fatal",
    "emergency",
    "emerg",
    "panic",
    "disaster",
    "page",
    "p1",
    "sev1",
  ],
  error: ["err", "high", "major", "severe", "p2", "sev2"],
  warning: [
    "warn",
    "minor",
    "medium",
    "moderate",
    "average",
    "p3",
    "sev3",
  ],
  info: [
    "information",
    "informational",
    "notice",
    "low",
    "ok",
    "none",
    "debug",
    "p4",
    "p5",
    "sev4",
    "sev5",
  ],
};

const BY_WORD = new Map(
  SEVERITIES.flatMap((severity) =>
    [severity, ...WORDS[severity]].map((word) => [word, severity] as const)
  ),
);

/** Promises the severity that the word means, in any case; null for a word that is not known. */
export function severityOf(word: string): Severity | null {
  return BY_WORD.get(word.trim().toLowerCase()) ?? null;
}

/** What is allowed, for error messages. */
export const SEVERITY_HINT = `${
  SEVERITIES.join(", ")
}, or a usual synonym as crit, fatal, high, major, warn, minor, medium, notice, low, P1 to P5`;

const LABEL_NAMES = ["severity", "priority", "level"];

/**
 * Promises the severity that the labels name: `severity`, then `priority`, then `level`, names in any case, the first
 * with a known word. Otherwise `fallback`, with a remark when a word was there but is not known.
 */
export function severityFromLabels(
  labels: JsonObject,
  fallback: Severity,
): { severity: Severity; remark: string } {
  let unknown = "";
  for (const wanted of LABEL_NAMES) {
    const word = labelText(labels, wanted);
    const severity = severityOf(word);
    if (severity) return { severity, remark: "" };
    unknown ||= word;
  }
  const shown = cleanLine(unknown, 40);
  const remark = shown === ""
    ? ""
    : `The severity “${shown}” is not known; the source's default was used.`;
  return { severity: fallback, remark };
}

function labelText(labels: JsonObject, wanted: string): string {
  const exact = scalarText(labels[wanted]);
  if (exact !== "") return exact;
  const names = Object.keys(labels).filter((name) =>
    name.length === wanted.length && name.toLowerCase() === wanted
  );
  return scalarText(labels[names.sort()[0] ?? wanted]);
}
