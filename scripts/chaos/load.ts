/** The monitoring systems, a process of their own: reads a job, writes what was answered, both as JSON. */
import { Senders } from "./senders.ts";
import type { LoadJob } from "./load_process.ts";

const job: LoadJob = await new Response(Deno.stdin.readable).json();
const { key, perSecond, ports, seconds } = job;
let next = 0;
const senders = new Senders({
  ...{ key, perSecond },
  // One after the other, whether they are up or not.
  nextPort: () => ports[next++ % ports.length] ?? 0,
});
await senders.run(AbortSignal.timeout(seconds * 1_000));
console.log(JSON.stringify(senders.answered));
// Connections that are kept open would keep the process.
Deno.exit();
