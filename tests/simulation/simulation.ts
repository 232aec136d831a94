/** One seed, from its plan to its verdict. */
import type { Store } from "../../src/ports/store.ts";
import { openStore } from "../../src/store/open.ts";
import { Chance } from "./chance.ts";
import type { EmptyDatabase } from "./database.ts";
import { Faults } from "./faults.ts";
import { type Household, moveIn } from "./household.ts";
import { Journal } from "./journal.ts";
import { SimulatedNode, START_MS } from "./node.ts";
import { People } from "./people.ts";
import { type Plan, planFor } from "./plan.ts";
import { OUTSIDE, Providers } from "./providers.ts";
import { Scheduler } from "./scheduler.ts";
import { Senders } from "./senders.ts";
import { judge } from "./verdict.ts";
import { Air } from "./signals.ts";
import { Watch } from "./watch.ts";

/** How a test breaks the app, to see that the simulation finds it. */
export interface Sabotage {
  /** Rewrites a statement. */
  sql?(sql: string): string;
  store?(store: Store): Store;
}

export interface Outcome {
  seed: number;
  /** The promise that was broken, in words; null: all were kept. */
  violation: string | null;
  story: readonly string[];
  /** The same for every run of the seed. */
  fingerprint: string;
  /** What it was worth. */
  alerts: number;
  calls: number;
  turns: number;
}

export interface SimulationOptions {
  seed: number;
  database: EmptyDatabase;
  sabotage?: Sabotage;
  /** Hears of every detail of the fingerprint. */
  trace?: (line: string) => void;
}

/** Everything comes to rest within so long after the last fault. */
const REST_MS = 60 * 60_000;
const LOOK_EVERY_MS = 60_000;

/** Promises what became of the seed. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const world = await World.open(options);
  try {
    return await world.run();
  } finally {
    await world.close();
  }
}

class World {
  readonly #options: SimulationOptions;
  readonly #plan: Plan;
  readonly #household: Household;
  readonly #scheduler: Scheduler;
  readonly #journal: Journal;
  readonly #watch: Watch;
  readonly #faults: Faults;
  readonly #providers: Providers;
  readonly #air: Air;
  readonly #senders: Senders;
  readonly #people: People;
  readonly #nodes: SimulatedNode[] = [];
  readonly #gone: Promise<void>[] = [];
  #turns = 0;
  #started = 0;
  #resting = false;

  static async open(options: SimulationOptions): Promise<World> {
    const plan = planFor(new Chance(options.seed, "plan"));
    const { url, connection: around } = options.database;
    const store = await openStore({ url, poolSize: 2, around });
    try {
      return new World(options, plan, await moveIn(store, plan));
    } finally {
      await store.close();
    }
  }

  private constructor(
    options: SimulationOptions,
    plan: Plan,
    household: Household,
  ) {
    this.#options = options;
    this.#plan = plan;
    this.#household = household;
    const { database } = options;
    const chance = (purpose: string) => new Chance(options.seed, purpose);
    const nowMs = () => this.#scheduler.nowMs;
    this.#scheduler = new Scheduler({
      chance: chance("turns"),
      mayBlock: () => this.#transactions() > 1,
      blocked: database.blocked,
      onTurn: (turn) => this.#onTurn(turn),
    });
    this.#journal = new Journal(nowMs, options.trace ?? null);
    this.#faults = new Faults(plan, nowMs);
    this.#watch = new Watch({
      read: database.read,
      leasesDisturbedSince: (atMs) => this.#faults.leasesDisturbedSince(atMs),
      clocksDiffer: () => this.#faults.clocksDiffer,
      clockOf: (owner) =>
        this.#nodes.find((node) => node === owner)?.clock ?? -Infinity,
    });
    this.#air = new Air({
      scheduler: this.#scheduler,
      chance: chance("signals"),
      losses: plan.signalLosses,
    });
    const shared = {
      plan,
      household,
      scheduler: this.#scheduler,
      journal: this.#journal,
      watch: this.#watch,
      node: () => this.#anyNode(),
    };
    this.#people = new People({ ...shared, chance: chance("people") });
    this.#senders = new Senders({ ...shared, chance: chance("senders") });
    this.#providers = new Providers({
      scheduler: this.#scheduler,
      journal: this.#journal,
      chance: chance("providers"),
      faults: (channel) => this.#faults.ofProvider(channel),
      onCall: (call) => this.#watch.lookAtCall(call),
      onTaken: (call) => this.#people.ring(call),
    });
  }

  /** Promises the outcome, with the platform's timers replaced meanwhile. */
  async run(): Promise<Outcome> {
    using _timers = this.#scheduler.replaceTimers();
    for (let each = 0; each < this.#plan.nodes; each++) await this.#start();
    this.#senders.begin();
    this.#faults.begin({
      at: (ms, run) => {
        const when = { ms, label: "fault" };
        this.#scheduler.timers.set(OUTSIDE, when, run);
      },
      node: (number) => this.#nodes[number % Math.max(1, this.#nodes.length)],
      tell: (what) => this.#journal.tell("outside", what),
    });
    const broken = () => this.#watch.violation !== null;
    await this.#scheduler.runUntil(this.#plan.activeMs, broken);
    if (!broken()) await this.#comeToRest();
    const { violation } = this.#watch;
    if (violation) this.#journal.tell("broken", violation);
    return {
      seed: this.#options.seed,
      violation,
      story: this.#journal.story,
      fingerprint: this.#journal.end(),
      alerts: this.#senders.answered,
      calls: this.#providers.calls.length,
      turns: this.#turns,
    };
  }

  async close(): Promise<void> {
    for (const node of [...this.#nodes]) await this.#kill(node);
    await this.#scheduler.landed();
    await Promise.all(this.#gone);
  }

  /** No more faults, one node is left, and time goes on until there is nothing to come. */
  async #comeToRest(): Promise<void> {
    this.#faults.end();
    this.#people.leave();
    this.#resting = true;
    this.#journal.tell("outside", "no more faults");
    for (const node of this.#nodes) {
      Object.assign(node, { stillUntilMs: 0, skewMs: 0 });
    }
    for (const node of this.#nodes.slice(1)) await this.#kill(node);
    if (this.#nodes.length === 0) await this.#start();
    this.#lookForLate();
    const broken = () => this.#watch.violation !== null;
    const untilMs = this.#scheduler.nowMs + REST_MS;
    const over = () => broken() || this.#isAtRest();
    await this.#scheduler.runUntil(untilMs, over);
    if (broken()) return;
    if (!this.#isAtRest()) {
      this.#watch.broken(
        "something was still to come long after the last fault",
      );
      return;
    }
    const broke = await judge({
      read: this.#options.database.read,
      rows: this.#watch.rows,
      plan: this.#plan,
      household: this.#household,
      calls: this.#providers.calls,
      promised: this.#senders.promised,
      acknowledged: this.#people.acknowledged,
    });
    if (broke) this.#watch.broken(broke);
  }

  /** From a while after the faults on, nothing is late. */
  #lookForLate(): void {
    const when = { ms: LOOK_EVERY_MS, label: "look" };
    const fromMs = this.#scheduler.nowMs + 2 * LOOK_EVERY_MS;
    const look = () => {
      const { nowMs, timers } = this.#scheduler;
      timers.set(OUTSIDE, when, look);
      if (nowMs > fromMs) this.#watch.lookForLate(START_MS + nowMs);
    };
    this.#scheduler.timers.set(OUTSIDE, when, look);
  }

  #isAtRest(): boolean {
    return this.#senders.isIdle && this.#people.isIdle &&
      this.#watch.rows.every((row) =>
        row.next_action_at_ms === null &&
        !["queued", "sending"].includes(row.state)
      );
  }

  async #start(): Promise<void> {
    const { database, sabotage, seed } = this.#options;
    const name = `node-${++this.#started}`;
    const node = await SimulatedNode.start({
      name,
      database,
      scheduler: this.#scheduler,
      chance: new Chance(seed, name),
      env: {
        PAGE_BUNDLING_SECONDS: String(this.#plan.bundlingSeconds),
        NOTIFICATION_CONCURRENCY: String(this.#plan.concurrency),
      },
      connection: {
        rewrite: sabotage?.sql ?? ((sql) => sql),
        isUp: () => this.#faults.isDatabaseUp,
        isLocked: () => this.#transactions() > 0,
        onStatement: (words, rows) =>
          this.#journal.detail(`${name} ${words} ${rows}`),
        onCommit: (written) => this.#onCommit(node, written),
      },
      store: sabotage?.store ?? ((store) => store),
      signals: (owner) => this.#air.signalsOf(owner),
      network: (owner) => this.#providers.network(owner),
    });
    this.#nodes.push(node);
    this.#journal.tell(name, "starts");
  }

  async #onCommit(
    node: SimulatedNode,
    written: ReadonlySet<string>,
  ): Promise<void> {
    if (!written.has("incidents") && !written.has("notifications")) return;
    await this.#watch.look(node);
  }

  async #onTurn(
    { owner, label, when }: Parameters<
      ConstructorParameters<typeof Scheduler>[0]["onTurn"]
    >[0],
  ): Promise<void> {
    if (when === "before") this.#turns++;
    if (this.#resting) return;
    const node = this.#nodes.find((each) => each === owner);
    const crash = node && this.#faults.crashAt({ label, when });
    if (!node || !crash) return;
    const { dies, forMs } = crash;
    const what = dies ? "is killed" : `stands still for ${forMs / 1_000} s`;
    this.#journal.tell(node.name, `${what} ${when} ${label}`);
    if (!dies) return this.#faults.stop(node, forMs);
    await this.#kill(node);
    this.#scheduler.timers.set(
      OUTSIDE,
      { ms: forMs, label: "restart" },
      () => this.#resting ? undefined : void this.#start(),
    );
  }

  async #kill(node: SimulatedNode): Promise<void> {
    const index = this.#nodes.indexOf(node);
    if (index >= 0) this.#nodes.splice(index, 1);
    this.#gone.push(node.kill());
    await this.#gone.at(-1);
  }

  /** How many transactions are open. */
  #transactions(): number {
    return this.#nodes.reduce((sum, { transactions }) => sum + transactions, 0);
  }

  /** Promises a node that a request may be sent to, as a load balancer would; null while there is none. */
  #anyNode(): SimulatedNode | null {
    const count = this.#nodes.length;
    return this.#nodes[this.#turns % Math.max(1, count)] ?? null;
  }
}
