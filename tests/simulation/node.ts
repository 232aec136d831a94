/** One process of PagerPal in the simulation: the real composition on a connection, clock and network that can fail. */
import { fileURLToPath } from "node:url";
import { compose, type PagerPal } from "../../src/compose.ts";
import type { Outside } from "../../src/compose/outside.ts";
import { readConfig } from "../../src/config.ts";
import { runJob } from "../../src/jobs/jobs.ts";
import type { Signals } from "../../src/ports/signals.ts";
import type { Store } from "../../src/ports/store.ts";
import { NEWEST_SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { openStore } from "../../src/store/open.ts";
import type { Chance } from "./chance.ts";
import type { EmptyDatabase } from "./database.ts";
import {
  CONNECTIONS,
  HeldConnection,
  type HeldOptions,
} from "./held_connection.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Owner } from "./timers.ts";

const STATIC = fileURLToPath(new URL("../../static/", import.meta.url));
/** When simulated time begins, epoch milliseconds. */
export const START_MS = Date.UTC(2026, 2, 2, 2, 14);
export const BASE_URL = "https://pager.example.com";
export const RECEIPT_TOKEN = "receipt-token-of-the-simulation";

export interface NodeOptions {
  name: string;
  database: Pick<EmptyDatabase, "url" | "connection">;
  scheduler: Scheduler;
  chance: Chance;
  /** Environment variables beside the usual ones. */
  env: Record<string, string>;
  connection: Omit<HeldOptions, "scheduler" | "owner">;
  /** How a test breaks the app. */
  store(store: Store): Store;
  /** What it hears of the other processes through. */
  signals(node: Owner): Signals;
  /** The network as this process sees it. */
  network(node: Owner): Pick<Outside, "fetch" | "openMail">;
}

/** What a client sees when the process is gone. */
export class CutError extends Error {
  override readonly name = "CutError";
}

export class SimulatedNode implements Owner {
  readonly name: string;
  alive = true;
  stillUntilMs = 0;
  /** How far its clock is from the true time, milliseconds. */
  skewMs = 0;
  readonly pagerpal: PagerPal;
  readonly #options: NodeOptions;
  readonly #held: HeldConnection;
  readonly #clients = new Set<(error: CutError) => void>();

  private constructor(
    options: NodeOptions,
    open: (node: SimulatedNode) => { store: Store; held: HeldConnection },
  ) {
    this.#options = options;
    this.name = options.name;
    const { store, held } = open(this);
    this.#held = held;
    const signals = options.signals(this);
    this.pagerpal = this.#compose({ ...options.store(store), signals });
  }

  /** Promises a node that has begun to work. */
  static async start(options: NodeOptions): Promise<SimulatedNode> {
    const { database, scheduler, connection } = options;
    const owner: { now: SimulatedNode | null } = { now: null };
    const held: { now: HeldConnection | null } = { now: null };
    const store = await openStore({
      url: database.url,
      poolSize: CONNECTIONS,
      around: (own) =>
        held.now = new HeldConnection(database.connection(own), {
          ...connection,
          scheduler,
          get owner() {
            if (!owner.now) throw new Error("Used before it was composed.");
            return owner.now;
          },
        }),
    });
    const node = new SimulatedNode(options, (self) => {
      owner.now = self;
      if (!held.now) throw new Error("The store opened no connection.");
      return { store, held: held.now };
    });
    scheduler.as(node, () => void node.pagerpal.start());
    node.#setCron();
    return node;
  }

  /** How many transactions it has open. */
  get transactions(): number {
    return this.#held.transactions;
  }

  get clock(): number {
    return START_MS + this.#options.scheduler.nowMs + this.skewMs;
  }

  /** Promises the answer to a request; CutError when the process dies before it. */
  request(
    path: string,
    init: RequestInit,
  ): Promise<{ status: number; text: string }> {
    const { scheduler } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<
      { status: number; text: string }
    >();
    this.#clients.add(reject);
    scheduler.soon(this, `${init.method} ${path.slice(0, 30)}`, () => {
      Promise.try(async () => {
        const request = new Request(`${BASE_URL}${path}`, init);
        const response = await this.pagerpal.fetch(request);
        resolve({ status: response.status, text: await response.text() });
      }).catch(reject).finally(() => this.#clients.delete(reject));
    });
    return promise;
  }

  /** Promises what the work promises, done inside this process; CutError when that dies before. */
  run<T>(label: string, work: (pagerpal: PagerPal) => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#clients.add(reject);
    this.#options.scheduler.soon(this, label, () => {
      work(this.pagerpal).then(resolve, reject)
        .finally(() => this.#clients.delete(reject));
    });
    return promise;
  }

  /** Ends it as kill -9 does: nothing of it runs again, and the database undoes what was not committed. */
  async kill(): Promise<void> {
    this.alive = false;
    for (const cut of this.#clients) cut(new CutError(`${this.name} is gone.`));
    await this.#options.scheduler.outside(() => this.#held.cut());
  }

  #compose(store: Store): PagerPal {
    const { env, chance, network, name } = this.#options;
    return compose({
      config: readConfig({
        ENVIRONMENT: "test",
        PAGERPAL_BASE_URL: BASE_URL,
        NOTIFICATION_SENDING_ENABLED: "true",
        ALERT_SOURCE_RATE_LIMIT_CAPACITY: "100000",
        INFOBIP_BASE_URL: "https://simulated.api.infobip.com",
        INFOBIP_API_KEY: "simulated-api-key",
        INFOBIP_SMS_SENDER: "PagerPal",
        INFOBIP_WHATSAPP_SENDER: "447860099299",
        INFOBIP_RECEIPT_TOKEN: RECEIPT_TOKEN,
        SMTP_HOST: "127.0.0.1",
        SMTP_FROM: "PagerPal <pager@example.com>",
        ...env,
      }, () => ""),
      store,
      clock: () => this.clock,
      random: chance.float,
      newId: () => chance.id(),
      randomBytes: (length) => chance.bytes(length),
      ...network(this),
      node: name,
      hostname: "simulated",
      version: "0.0.0-simulated",
      schemaVersion: NEWEST_SCHEMA_VERSION,
      staticDirectory: STATIC,
    });
  }

  /** As Deno.cron: once a minute, no job twice at once. */
  #setCron(): void {
    const { scheduler, chance } = this.#options;
    const { jobs, jobContext } = this.pagerpal;
    const running = new Set<string>();
    const tick = () => {
      scheduler.timers.set(this, { ms: 60_000, label: "cron" }, tick);
      for (const job of jobs) {
        const due = job.enabled && job.at === "every minute" &&
          !running.has(job.name);
        if (!due) continue;
        running.add(job.name);
        void runJob(jobContext, job).finally(() => running.delete(job.name));
      }
    };
    const label = "cron";
    scheduler.timers.set(this, { ms: chance.int(1, 60_000), label }, tick);
  }
}
