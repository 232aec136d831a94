/** The background jobs, in words; a late one loud. */
import type { JobRun } from "../../ports/system_repositories.ts";
import type { JobState } from "../deps.ts";
import { briefly, duration } from "./duration.ts";
import { counted, sentenceCase } from "./plural.ts";

export interface JobRow {
  title: string;
  name: string;
  tone: "good" | "bad" | "plain";
  /** How it stands, as "Late, the last run was 12 min ago". */
  state: string;
  /** What the last run did. */
  message: string;
  next: string;
  nodes: string[];
}

const TITLES: Record<string, string> = {
  notification_retry: "Sending what is due",
  notices: "Sending notices",
  escalation: "Escalating",
  self_audit: "Self-check",
  readiness_mail: "Weekly readiness mail",
  prune: "Forgetting what is old",
  backup: "Nightly backup",
};

/** Promises the row of a job; `runs` are its newest run on each node, newest first. */
export function jobRow(
  job: JobState,
  runs: readonly JobRun[],
  nowMs: number,
): JobRow {
  return {
    title: TITLES[job.name] ?? sentenceCase(job.name.replaceAll("_", " ")),
    name: job.name,
    ...stateOf(job, runs[0], nowMs),
    message: runs[0]?.message ?? "",
    next: job.nextRunAtMs === null
      ? ""
      : `next in ${briefly(job.nextRunAtMs - nowMs)}`,
    nodes: runs.map((run) =>
      `${run.node}: ${briefly(nowMs - run.startedAtMs)} ago, took ${
        took(run)
      }, ${counted(run.runs, "run")}, ${run.failures} failed`
    ),
  };
}

function stateOf(
  { enabled, lateAfterMs }: JobState,
  last: JobRun | undefined,
  nowMs: number,
): Pick<JobRow, "tone" | "state"> {
  if (!last) {
    return enabled
      ? { tone: "plain", state: "Has not run yet" }
      : { tone: "bad", state: "Switched off, and never run on another node" };
  }
  const ago = nowMs - last.startedAtMs;
  if (ago > lateAfterMs) {
    const state = `Late, the last run was ${briefly(ago)} ago`;
    return { tone: "bad", state };
  }
  const ran = `${briefly(ago)} ago, took ${took(last)}`;
  return last.outcome === "failed"
    ? { tone: "bad", state: `Failed ${ran}` }
    : { tone: "good", state: `Ran ${ran}` };
}

function took({ durationMs }: JobRun): string {
  return durationMs < 1_000 ? `${durationMs}\u00A0ms` : duration(durationMs);
}
