/** Alert sources in words. */
import type {
  AlertSource,
  SourceKind,
} from "../../../domain/intake/alert_source.ts";
import { briefly } from "../duration.ts";
import type { Choice } from "../../load_names.ts";
import type { Viewpoint } from "../zoned_time.ts";

const NAMES: Record<SourceKind, string> = {
  generic: "Generic",
  grafana: "Grafana",
  cloudwatch: "CloudWatch",
  alertmanager: "Alertmanager",
};

const HINTS: Record<SourceKind, string> = {
  generic: "Generic: anything that can post JSON, as a script with curl",
  grafana: "Grafana: its webhook contact point",
  cloudwatch: "CloudWatch: alarms over Amazon SNS or EventBridge",
  alertmanager: "Alertmanager: Prometheus' webhook receiver",
};

/** Promises the kind as its maker writes it. */
export function kindName(kind: SourceKind): string {
  return NAMES[kind];
}

/** Promises the kinds as options, each with what it is for. */
export function kindChoices(): Choice[] {
  return (Object.keys(HINTS) as SourceKind[]).map((value) => ({
    value,
    label: HINTS[value],
  }));
}

/** What is to be said about a source, and how loud. */
export interface SourceState {
  word: string;
  tone: "good" | "bad" | "plain";
  /** "last alert 2 min ago", "no alert yet". */
  lastAlert: string;
  /** The last request that was refused or looked wrong, and when; empty where there is none. */
  problem: string;
  problemAge: string;
}

/** Promises how the source is doing. */
export function sourceState(
  source: AlertSource,
  { nowMs }: Viewpoint,
): SourceState {
  const { enabled, lastAlertAtMs, lastProblem, lastProblemAtMs, sns } = source;
  const ago = (atMs: number | null) =>
    atMs === null ? "" : `${briefly(nowMs - atMs)} ago`;
  const lastAlert = lastAlertAtMs === null
    ? "no alert yet"
    : `last alert ${ago(lastAlertAtMs)}`;
  const said = {
    lastAlert,
    problem: lastProblem ?? "",
    problemAge: ago(lastProblemAtMs),
  };
  if (!enabled) return { word: "Switched off", tone: "plain", ...said };
  if (sns.pendingTopicArn !== null) {
    return { word: "Topic waits for approval", tone: "bad", ...said };
  }
  if (sns.disconnectedAtMs !== null) {
    return { word: "Disconnected", tone: "bad", ...said };
  }
  if (lastProblem !== null) return { word: "Problem", tone: "bad", ...said };
  return lastAlertAtMs === null
    ? { word: "Nothing yet", tone: "plain", ...said }
    : { word: "Receiving", tone: "good", ...said };
}
