/**
 * The load generator, a process of its own and as cheap as can be: reads a `LoadJob` from standard input, posts over
 * connections that stay open, and writes a `LoadResult`.
 */
import { text } from "node:stream/consumers";
import { RequestConnection } from "./request_connection.ts";
import type { LoadJob, LoadResult, PostedAlert } from "./load_process.ts";

const job: LoadJob = JSON.parse(await text(Deno.stdin.readable));
const encoder = new TextEncoder();
const latencies: number[] = [];
const posted: PostedAlert[] = [];
const statuses: Record<string, number> = {};

const beganMs = performance.now();
const endMs = beganMs + job.seconds * 1_000;
let next = 0;
await Promise.all(
  Array.from({ length: job.connections }, () => work()),
);
const result: LoadResult = {
  answered: latencies.length,
  statuses,
  seconds: (performance.now() - beganMs) / 1_000,
  beganAtMs: performance.timeOrigin + beganMs,
  latencies: latencies.map((ms) => Math.round(ms * 1_000) / 1_000),
  posted,
};
await Deno.stdout.write(encoder.encode(JSON.stringify(result)));
Deno.exit();

/** Posts one alert after the other on a connection of its own, until there is no more to do. */
async function work(): Promise<void> {
  using connection = await RequestConnection.open(job);
  while (next < job.count && performance.now() < endMs) {
    const n = next++;
    if (job.perSecond !== null) {
      const atMs = beganMs + n * 1_000 / job.perSecond;
      const restMs = atMs - performance.now();
      if (restMs > 0) await new Promise((go) => setTimeout(go, restMs));
    }
    await post(connection, n);
  }
}

async function post(connection: RequestConnection, n: number): Promise<void> {
  const number = job.first + n % job.distinct;
  const bytes = requestOf(number);
  const postedMs = performance.now();
  const { status, body } = await connection.ask(bytes);
  latencies.push(performance.now() - postedMs);
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (!job.keepEach) return;
  posted.push({
    alert: number,
    postedAtMs: performance.timeOrigin + postedMs,
    answer: body(),
  });
}

function requestOf(number: number): Uint8Array {
  const request = job.requests[number % job.requests.length];
  if (!request) throw new Error("There is no request to send.");
  const { method, path, headers, body } = request;
  const content = body.replaceAll("{n}", String(number));
  const lines = [
    `${method} ${path.replaceAll("{n}", String(number))} HTTP/1.1`,
    `host: ${job.hostname}:${job.port}`,
    `content-length: ${encoder.encode(content).length}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return encoder.encode(`${lines.join("\r\n")}\r\n\r\n${content}`);
}
