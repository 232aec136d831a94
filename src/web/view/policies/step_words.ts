/** What a step of a policy says beside whom it pages: its turns, its conditions, and why it is passed over. */
import { SEVERITIES } from "../../../domain/intake/alert.ts";
import type {
  BusinessHours,
  EscalationStep,
} from "../../../domain/policies/escalation_policy.ts";
import type { SkipReason } from "../../../domain/policies/look.ts";
import { hoursLines } from "../business_hours.ts";
import { listed } from "../plural.ts";

/** Promises the step's conditions, as "only error and critical, Mon to Fri 09:00 to 17:00 (London)"; empty without any. */
export function conditionWords(
  { severities, businessHours }: Pick<
    EscalationStep,
    "severities" | "businessHours"
  >,
): string {
  const worst = [...SEVERITIES].reverse();
  const named = worst.filter((one) => severities.includes(one));
  return [
    ...named.length > 0 ? [`only ${listed(named, 4)}`] : [],
    ...businessHours ? [hoursWords(businessHours)] : [],
  ].join(", ");
}

/** Promises "Mon to Fri 09:00 to 17:00 (London)", or the same with "outside" before it. */
export function hoursWords(
  { mode, windows, timeZone }: BusinessHours,
): string {
  const spans = hoursLines(windows).map(({ days, from, to }) =>
    `${dayWords(days)} ${
      from === to && from === "00:00" ? "all day" : `${from} to ${to}`
    }`
  );
  const zone = timeZone.split("/").at(-1)?.replaceAll("_", " ") ?? timeZone;
  const hours = `${listed(spans, 4)} (${zone})`;
  return mode === "outside" ? `outside ${hours}` : hours;
}

/** Promises "passed over: it is outside its hours" or "skipped: nobody is on call", to follow a step and its verb. */
export function skipWords(reason: SkipReason): string {
  return `${isMeant(reason) ? "passed over" : "skipped"}: ${REASONS[reason]}`;
}

const REASONS: Record<SkipReason, string> = {
  other_severity: "it is not for this severity",
  outside_business_hours: "it is outside its hours",
  within_business_hours: "it pages only outside these hours",
  nobody_on_call: "nobody is on call",
  nobody_reachable: "nobody in it can be reached",
};

/** Promises the reason of a timeline entry; an old or unknown word is taken as nobody to be reached. */
export function skipReason(word: unknown): SkipReason {
  const known = Object.keys(REASONS).find((one) => one === word);
  return (known as SkipReason | undefined) ?? "nobody_reachable";
}

/** Promises whether the step was passed over because its policy says so, rather than for want of people. */
export function isMeant(reason: SkipReason): boolean {
  return reason !== "nobody_on_call" && reason !== "nobody_reachable";
}

export const DAY_NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** "Mon to Fri", "Sat and Sun", "Mon, Wed and Fri", "every day". */
function dayWords(days: readonly number[]): string {
  if (days.length === 7) return "every day";
  const name = (day: number) => DAY_NAMES[day - 1] ?? "";
  const [first = 1] = days;
  const unbroken = days.every((day, index) => day === first + index);
  return unbroken && days.length > 2
    ? `${name(first)} to ${name(days.at(-1) ?? first)}`
    : listed(days.map(name), 7);
}
