/** A monitoring system that is allowed to open, update and recover a team's incidents. */
import type { Severity } from "./alert.ts";

export const SOURCE_KINDS = [
  "generic",
  "grafana",
  "cloudwatch",
  "alertmanager",
] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** What a no-data or insufficient-data state does: nothing but a note, a page, or a recovery. */
export const NO_DATA_ACTIONS = ["ignore", "page", "resolve"] as const;
export type NoDataAction = (typeof NO_DATA_ACTIONS)[number];

export interface SourceSettings {
  /** Used where an alert names no severity, or one that is not known. */
  defaultSeverity: Severity;
  /** null: the format's own default (Grafana pages, CloudWatch ignores). */
  noData: NoDataAction | null;
  /** Closes an incident that has not fired for so long; null never does. For senders that never say it is over. */
  autoResolveAfterMinutes: number | null;
  /** After a person resolved an alert that keeps firing: how long the same episode is only noted. */
  refireCooldownMinutes: number;
  /** CloudWatch: the one SNS topic that may post; null until the first genuine confirmation is approved or pinned. */
  snsTopicArn: string | null;
  /** CloudWatch: accept raw delivery, which carries no signature. Off unless an admin turns it on. */
  snsAllowRawDelivery: boolean;
  /** CloudWatch: the oldest message accepted. SNS retries for up to an hour by default. */
  snsMaxAgeMinutes: number;
}

export const DEFAULT_SOURCE_SETTINGS: SourceSettings = {
  defaultSeverity: "error",
  noData: null,
  autoResolveAfterMinutes: null,
  refireCooldownMinutes: 10,
  snsTopicArn: null,
  snsAllowRawDelivery: false,
  snsMaxAgeMinutes: 75,
};

/** What the SNS side of a CloudWatch source looks like from here. */
export interface SnsState {
  /** A genuine confirmation while no topic is pinned: waits for an admin's word. Of another than the pinned one it is refused. */
  pendingTopicArn: string | null;
  pendingToken: string | null;
  subscriptionArn: string | null;
  disconnectedAtMs: number | null;
}

export interface AlertSource {
  id: number;
  teamId: number;
  name: string;
  kind: SourceKind;
  escalationPolicyId: number;
  enabled: boolean;
  /** The public first eight characters after the prefix; looks the source up and masks the key in lists. */
  keyId: string;
  /** SHA-256 of the whole key, hex. */
  keyHash: string;
  settings: SourceSettings;
  sns: SnsState;
  lastAlertAtMs: number | null;
  /** The last request that was refused or looked wrong, in words; shown until the next good one. */
  lastProblem: string | null;
  lastProblemAtMs: number | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** What a source has before anything has arrived. */
export const NEW_SOURCE = {
  sns: {
    pendingTopicArn: null,
    pendingToken: null,
    subscriptionArn: null,
    disconnectedAtMs: null,
  },
  lastAlertAtMs: null,
  lastProblem: null,
  lastProblemAtMs: null,
} as const satisfies Partial<AlertSource>;
