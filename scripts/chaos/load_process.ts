/** The monitoring systems as a run of chaos holds them. */
import { runJob } from "../child.ts";
import type { Answered } from "./senders.ts";

export interface LoadJob {
  key: string;
  /** New alerts a second. */
  perSecond: number;
  /** Of the processes of PagerPal on this machine, up or down. */
  ports: number[];
  /** New alerts end after so long; the work, when all of them were answered 2xx. */
  seconds: number;
}

/** Promises every alert that was answered 2xx, posted by a process of its own. */
export async function runLoad(job: LoadJob): Promise<Answered[]> {
  const script = new URL("load.ts", import.meta.url);
  return await runJob(script, job) as Answered[];
}
