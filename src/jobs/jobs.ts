/** The jobs that Deno.cron runs every minute: the guarantee behind the fast paths. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../ports/clock.ts";
import type { JobRepository } from "../ports/system_repositories.ts";

const log = getLogger(["pagerpal", "jobs"]);

export interface Job {
  /** Letters and underscores; the name that people see. */
  name: string;
  /** Cron expression, UTC. */
  schedule: string;
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
}

/** Promises the job run once and its outcome kept, whatever happens; never throws, since a cron handler must not. */
export async function runJob(
  { jobs, clock, node }: JobContext,
  job: Job,
): Promise<void> {
  const startedAtMs = clock();
  let outcome: "ok" | "failed" = "ok";
  let message: string;
  try {
    message = await job.run();
  } catch (error) {
    outcome = "failed";
    message = error instanceof Error ? error.message : String(error);
    log.error("Job {job} failed", { job: job.name, error });
  }
  const durationMs = clock() - startedAtMs;
  const run = {
    name: job.name,
    node,
    startedAtMs,
    durationMs,
    outcome,
    message,
  };
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
    Deno.cron(job.name, job.schedule, () => runJob(context, job));
  }
}
