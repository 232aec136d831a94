/** The load generator as the benchmark holds it. */
import { runJob } from "../child.ts";
import type { AlertRequest } from "./target.ts";

export interface LoadJob {
  hostname: string;
  port: number;
  /** Alert n goes by the request at n modulo their number. */
  requests: (AlertRequest & { method: string })[];
  connections: number;
  /** Ends with whichever comes first. */
  count: number;
  seconds: number;
  /** At fixed times, whatever the answers take; null: as fast as the answers come. */
  perSecond: number | null;
  /** The number of the first alert. */
  first: number;
  /** After so many alerts the numbers begin anew. */
  distinct: number;
  /** Whether each alert is to be in `LoadResult.posted`. */
  keepEach: boolean;
}

export interface PostedAlert {
  alert: number;
  /** Epoch milliseconds, with fractions. */
  postedAtMs: number;
  answer: string;
}

export interface LoadResult {
  answered: number;
  /** How many answers of each status. */
  statuses: Record<string, number>;
  seconds: number;
  /** Epoch milliseconds. */
  beganAtMs: number;
  /** From sending a request to its whole answer, milliseconds. */
  latencies: number[];
  posted: PostedAlert[];
}

/** Promises what came of the job, done by a process of its own. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const script = new URL("load.ts", import.meta.url);
  return await runJob(script, job) as LoadResult;
}
