/** What the readiness check finds: what would go wrong, where, from when on, and how bad that is. */
import type { Severity } from "../intake/alert.ts";
import type { ChannelKind } from "../responders/people.ts";
import type { Stretch } from "../time/weekly_windows.ts";

/** From the worst: a page is sure to reach nobody; it may; nothing fails, but somebody should know. */
export const GRAVITIES = ["will_fail", "may_fail", "worth_knowing"] as const;
export type Gravity = (typeof GRAVITIES)[number];

export const SUBJECT_KINDS = [
  "service",
  "policy",
  "schedule",
  "responder",
] as const;

/** What a finding is about. `id` is null for the service itself. */
export interface Subject {
  kind: (typeof SUBJECT_KINDS)[number];
  id: number | null;
  name: string;
}

export interface Named {
  id: number;
  name: string;
}

/** Where somebody is first to be paged: on call there, or named there. */
export interface Duty {
  kind: "schedule" | "policy";
  id: number;
  name: string;
}

/** A policy that skips these steps, 0-based, while nobody is on call on a schedule. */
export interface SkippingPolicy extends Named {
  steps: number[];
}

/** For which incidents a policy fails. */
export interface When {
  stretches: Stretch[];
  /** Of these only; empty: of every severity. */
  severities: Severity[];
}

/** What is wrong. Stretches are in order and apart from each other, within the time looked at. */
export type Wrong =
  /** NOTIFICATION_SENDING_ENABLED is false. */
  | { code: "sending_off" }
  /** No step reaches anybody, nor does the last resort. */
  | { code: "policy_reaches_nobody" } & When
  /** When nobody has answered, nobody is left to page. */
  | { code: "no_last_resort" } & When
  /** No step pages anybody, so that an incident goes to the last resort at once. */
  | { code: "only_last_resort"; people: string[] } & When
  /** `step` is 0-based. A step whose condition does not hold is not meant to reach anybody. */
  | { code: "step_reaches_nobody"; step: number } & When
  /** The policy names no fallback; these are paged in its place. */
  | { code: "no_fallback"; from: "team" | "admins"; people: string[] }
  | { code: "schedule_gap"; stretches: Stretch[]; policies: SkippingPolicy[] }
  | { code: "schedule_unused" }
  /** None at all, or each is switched off. */
  | { code: "no_contact_method"; duty: Duty }
  /** No provider is set up for any channel of theirs. */
  | { code: "no_provider"; duty: Duty; channels: ChannelKind[] }
  /** The last messages to them have failed. */
  | { code: "deliveries_failed"; duty: Duty; lastAtMs: number }
  /** Nobody has proved that any of their contact methods reaches them. */
  | { code: "not_verified"; duty: Duty }
  /** On call, and cannot log in. */
  | { code: "account_disabled"; duty: Duty };

export type FindingCode = Wrong["code"];

export const FINDING_CODES = [
  "sending_off",
  "policy_reaches_nobody",
  "no_last_resort",
  "only_last_resort",
  "step_reaches_nobody",
  "no_fallback",
  "schedule_gap",
  "schedule_unused",
  "no_contact_method",
  "no_provider",
  "deliveries_failed",
  "not_verified",
  "account_disabled",
] as const satisfies readonly FindingCode[];

export type Finding = Wrong & {
  gravity: Gravity;
  subject: Subject;
  /** When it first matters, epoch milliseconds. */
  atMs: number;
};

/** Promises whether something is to be mended, and not only to be known. */
export function isWrong({ gravity }: Pick<Finding, "gravity">): boolean {
  return gravity !== "worth_knowing";
}

/** Promises the findings from the worst to the mildest, of one gravity the soonest first; always in the same order. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const rank = ({ gravity }: Finding) => GRAVITIES.indexOf(gravity);
  return findings.toSorted((a, b) =>
    rank(a) - rank(b) || a.atMs - b.atMs ||
    FINDING_CODES.indexOf(a.code) - FINDING_CODES.indexOf(b.code) ||
    (a.subject.id ?? 0) - (b.subject.id ?? 0)
  );
}

/** Promises whether the finding belongs on the page of the schedule, the policy or the responder. */
export function touches(
  finding: Finding,
  { kind, id }: Pick<Subject, "kind" | "id">,
): boolean {
  if (finding.subject.kind === kind && finding.subject.id === id) return true;
  switch (finding.code) {
    case "schedule_gap":
      return kind === "policy" && finding.policies.some((one) => one.id === id);
    case "no_contact_method":
    case "no_provider":
    case "deliveries_failed":
    case "not_verified":
      return finding.duty.kind === kind && finding.duty.id === id;
    default:
      return false;
  }
}
