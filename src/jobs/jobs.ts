/** The jobs that Deno.cron runs every minute: the guarantee behind the fast paths. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../ports/clock.ts";
import type { Observer } from "../ports/observer.ts";
import type { JobRepository } from "../ports/system_repositories.ts";

const log = getLogger(["pagerpal", "jobs"]);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface Job {
  /** Letters and underscores; the name that people see. */
  name: string;
  /** When: every minute, or once an hour at this minute (0 to 59). */
  at: "every minute" | number;
  /** Switched off by its environment variable: listed, never run. */
  enabled: boolean;
  /** Promises what was done, in words. */
  run(): Promise<string>;
}

export interface JobContext {
  jobs: JobRepository;
  clock: Clock;
  /** This process. */
  node: string;
  /** When each job of this process ended last, epoch milliseconds. */
  endedAtMs: Map<string, number>;
  /** False: this process does no work by itself, so that no job is begun. */
  mayWork(): boolean;
  /** The runs that have begun and not ended. */
  running: Set<Promise<void>>;
  observer: Pick<Observer, "span" | "jobEnded">;
}

/** Every job that matters runs once a minute: after so long without one, the process is not well. */
const LATE_MS = 3 * MINUTE_MS;

/**
 * Promises the job run once and its outcome kept, whatever happens; never throws, since a cron handler must not. Nothing
 * is run while this process may not work.
 */
export async function runJob(context: JobContext, job: Job): Promise<void> {
  if (!context.mayWork()) {
    // It will not be late for that.
    context.endedAtMs.set(job.name, context.clock());
    return;
  }
  const run = runAndRecord(context, job)
    .finally(() => context.running.delete(run));
  context.running.add(run);
  await run;
}

async function runAndRecord(
  { jobs, clock, node, endedAtMs, observer }: JobContext,
  job: Job,
): Promise<void> {
  const startedAtMs = clock();
  let outcome: "ok" | "failed" = "ok";
  let message: string;
  try {
    message = await observer.span("job", { job: job.name }, () => job.run());
  } catch (error) {
    outcome = "failed";
    message = error instanceof Error ? error.message : String(error);
    log.error("Job {job} failed", { job: job.name, error });
  }
  const nowMs = clock();
  endedAtMs.set(job.name, nowMs);
  const durationMs = nowMs - startedAtMs;
  const run = {
    name: job.name,
    node,
    startedAtMs,
    durationMs,
    outcome,
    message,
  };
  observer.jobEnded(run);
  try {
    await jobs.record(run);
  } catch (error) {
    log.error("The outcome of job {job} could not be kept", {
      ...run,
      job: job.name,
      error,
    });
  }
}

/** Registers every enabled job with Deno.cron, which runs none twice at once within a process. */
export function registerJobs(
  context: JobContext,
  jobs: readonly Job[],
): void {
  for (const job of jobs) {
    if (!job.enabled) continue;
    const minute = job.at === "every minute" ? "*" : job.at;
    Deno.cron(job.name, `${minute} * * * *`, () => runJob(context, job));
  }
}

/** Promises a sentence for each minute job of this process that has not ended for three minutes, counted from its start. */
export function lateJobs(
  { clock, endedAtMs }: Pick<JobContext, "clock" | "endedAtMs">,
  { jobs, startedAtMs }: { jobs: readonly Job[]; startedAtMs: number },
): string[] {
  const nowMs = clock();
  return jobs
    .filter((job) => job.enabled && job.at === "every minute")
    .filter(({ name }) =>
      nowMs - (endedAtMs.get(name) ?? startedAtMs) > LATE_MS
    )
    .map(({ name }) => `The job ${name} has not run for three minutes.`);
}

/** Promises the time from one run to the next, milliseconds. */
export function everyMsOf({ at }: Job): number {
  return at === "every minute" ? MINUTE_MS : HOUR_MS;
}

/** Promises the instant after now at which cron will run the job; null for one that is switched off. */
export function nextRunAtMs(job: Job, nowMs: number): number | null {
  if (!job.enabled) return null;
  const everyMs = everyMsOf(job);
  const offsetMs = job.at === "every minute" ? 0 : job.at * MINUTE_MS;
  return (Math.floor((nowMs - offsetMs) / everyMs) + 1) * everyMs + offsetMs;
}
