/** One run: processes, a database, a provider and senders, and everything that goes wrong with them. */
import { join } from "node:path";
import { startPostgres } from "../../tests/postgres.ts";
import { script } from "../../tests/process/server.ts";
import { Chance } from "../../tests/simulation/chance.ts";
import {
  cutSessions,
  observe,
  pending,
  type Report,
  report,
} from "./evidence.ts";
import { type Fault, makeFaults } from "./faults.ts";
import { furnish } from "./furnish.ts";
import { runLoad } from "./load_process.ts";
import { Node } from "./node.ts";
import { type Provider, startProvider } from "./provider_process.ts";

export interface ChaosOptions {
  database: "libsql" | "postgres";
  minutes: number;
  seed: number;
  /** New alerts a second. */
  perSecond: number;
  onFault(fault: Fault): void;
}

/** Processes on PostgreSQL; on a file there is one. */
const NODES = 3;
/** Retries of a page are over after so long. */
const REST_MS = 16 * 60_000;

/** Promises the report. Leaves nothing behind. */
export async function chaos(options: ChaosOptions): Promise<Report> {
  const { database, minutes, seed, perSecond } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "pagerpal_chaos_" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const postgres = database === "postgres"
    ? await startPostgres({ durable: true })
    : null;
  stack.defer(async () => await postgres?.stop());
  const provider = stack.use(await startProvider());
  const url = postgres?.url ?? `file:${join(folder, "pagerpal.db")}`;
  const env = settings(url, provider);
  const nodes = Array.from(
    { length: postgres ? NODES : 1 },
    (_, index) => new Node(`node ${index + 1}`, env),
  );
  stack.defer(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  });
  const key = await open({ nodes, env });
  const ports = nodes.map(({ port }) => port);
  const over = AbortSignal.timeout(minutes * 60_000);
  let faults = 0;
  const onFault = (fault: Fault) => {
    faults++;
    options.onFault(fault);
  };
  const observer = await observe(url);
  stack.defer(() => observer.close());
  const [answered] = await Promise.all([
    runLoad({ key, perSecond, ports, seconds: minutes * 60 }),
    makeFaults({
      ...{ nodes, postgres, provider, onFault },
      chance: new Chance(seed, "chaos"),
      cut: () => cutSessions(observer),
    }, over),
  ]);
  await untilAtRest(() => pending(observer));
  const requests = await provider.arrivals();
  const facts = { database, seed, minutes, faults };
  return await report(observer, { answered, requests, ...facts });
}

function settings(
  url: string,
  provider: Provider,
): Record<string, string> {
  return {
    DATABASE_URL: url,
    NOTIFICATION_SENDING_ENABLED: "true",
    // Each page by itself, so that each one is counted.
    PAGE_BUNDLING_SECONDS: "0",
    ALERT_SOURCE_RATE_LIMIT_CAPACITY: "1000000",
    INFOBIP_BASE_URL: provider.baseUrl,
    INFOBIP_API_KEY: "test-api-key",
    INFOBIP_SMS_SENDER: "PagerPal",
  };
}

/** Starts the processes and promises the key of a source whose alerts page somebody. */
async function open(
  { nodes, env }: { nodes: readonly Node[]; env: Record<string, string> },
): Promise<string> {
  const [first, ...others] = nodes;
  if (!first) throw new Error("There is no node.");
  await first.start();
  const key = await furnish(
    first.server,
    (name, input) => script(name, { ...input, env }),
  );
  await Promise.all(others.map((node) => node.start()));
  return key;
}

async function untilAtRest(look: () => Promise<number>): Promise<void> {
  const endMs = performance.now() + REST_MS;
  while (await look() > 0) {
    if (performance.now() > endMs) {
      throw new Error(`${await look()} pages were never settled.`);
    }
    await new Promise((go) => setTimeout(go, 250));
  }
}
