/**
 * A pool of PostgreSQL connections, each a client of its own that shares its connection with nobody.
 *
 * The client (postgres 3.4.9) has a pool too, but who holds a connection of that is not told when it is lost, and what is
 * then sent on it throws where nobody can catch it, which ends the process. Here a lost connection is known, and nothing
 * more is sent on it before it is given back and replaced.
 */
import postgres from "postgres";
import { StoreUnavailableError } from "../../ports/store.ts";
import type {
  Connection,
  Statement,
  Transaction,
} from "../connection/connection.ts";
import type { Execute, Outcome } from "../connection/executor.ts";

export interface PostgresOptions {
  /** The most connections at once. */
  size: number;
  /** No statement runs longer than this, milliseconds; 0 for no limit. */
  statementMs: number;
}

/** A server ends a session that does nothing inside a transaction for so long, milliseconds, and rolls back. */
const IDLE_IN_TRANSACTION_MS = 30_000;
/** How long a statement waits for a lock, as of a migration that changes its table, milliseconds. */
const LOCK_MS = 5_000;
/**
 * What a page read by an index costs, beside one in a row. Plans are kept, and those made while the tables are small would
 * else read them whole for as long as nobody has counted their rows, as in the first minutes after the installation. It is
 * what suits memory and solid disks (postgresql.org/docs/18/runtime-config-query.html).
 */
const RANDOM_PAGE_COST = 1.1;
const CONNECT_SECONDS = 10;
/** How long a caller waits for a connection when all are in use. */
const WAIT_MS = 15_000;

/** Longer statements are rare, and the server keeps each one that is prepared for as long as the connection lives. */
const MOST_PREPARED = 600;

/** The client would else send a statement without values as a script, which the server plans anew each time; not typed. */
const NO_SCRIPT = { simple: false };

interface Slot {
  client: postgres.Sql;
  /** The client lost its connection and would quietly open another. */
  lost: boolean;
  /** Which of the pool's generations of connections it is of. */
  generation: number;
}

interface Waiter {
  resolve(slot: Slot): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

/** One connection, held by one caller. */
interface Held {
  /** Fails with StoreUnavailableError from the moment the connection is lost. */
  readonly execute: Execute;
  script(sql: string): Promise<void>;
  /** Gives the connection back; `broken` when nobody knows what state it is in, and it is to be replaced. */
  release(state?: "broken"): void;
}

export class PostgresPool implements Connection {
  readonly dialect = "postgres";
  readonly #url: string;
  readonly #options: PostgresOptions;
  readonly #idle: Slot[];
  readonly #all: Set<Slot>;
  readonly #waiting: Waiter[] = [];
  #closed = false;
  /** Connections of an earlier generation are replaced when they are next used. */
  #generation = 0;
  /** Settles once the pool is closed and nobody holds a connection. */
  readonly #allBack = Promise.withResolvers<void>();

  /** Connects when it is first used. */
  constructor(url: string, options: PostgresOptions) {
    this.#url = url;
    this.#options = options;
    this.#idle = Array.from(
      { length: options.size },
      () => slotFor(url, { ...options, generation: 0 }),
    );
    this.#all = new Set(this.#idle);
  }

  readonly read: Execute = async (sql, parameters) => {
    const held = await this.#acquire();
    try {
      return await held.execute(sql, parameters);
    } finally {
      held.release();
    }
  };

  readonly writeOnce = async (
    { sql, parameters }: Statement,
    { durable }: { durable: boolean },
  ): Promise<Outcome> => {
    const held = await this.#acquire();
    try {
      return durable
        ? await held.execute(sql, parameters)
        : await relaxed(held, { sql, parameters });
    } finally {
      held.release();
    }
  };

  async begin({ durable }: { durable: boolean }): Promise<Transaction> {
    const held = await this.#acquire();
    let open = true;
    const end = async () => {
      // Where this fails too, the connection goes, and the server rolls back.
      if (open) {
        await held.script("ROLLBACK").catch(() => held.release("broken"));
      }
      held.release();
    };
    try {
      await held.script(
        durable ? "BEGIN" : "BEGIN; SET LOCAL synchronous_commit TO off",
      );
    } catch (error) {
      await end();
      throw error;
    }
    return {
      execute: held.execute,
      script: held.script,
      async commit() {
        await held.script("COMMIT");
        open = false;
      },
      end,
    };
  }

  /** Promises a connection to hold; StoreUnavailableError when none comes free in time. */
  async #acquire(): Promise<Held> {
    if (this.#closed) {
      throw new StoreUnavailableError("The store is closed.", {
        reason: "closed",
      });
    }
    const found = this.#idle.pop() ?? await this.#wait();
    const slot = found.generation === this.#generation
      ? found
      : this.#replace(found);
    // Lost while nobody used it: a new connection is as good.
    slot.lost = false;
    return held(slot, (state) => this.#giveBack(slot, state));
  }

  /** Promises that who holds or waits for a connection has finished, and every connection is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#noteAllBack();
    await this.#allBack.promise;
    const ends = [...this.#all].map(({ client }) => client.end({ timeout: 5 }));
    await Promise.all(ends);
  }

  #noteAllBack(): void {
    if (this.#closed && this.#idle.length === this.#all.size) {
      this.#allBack.resolve();
    }
  }

  #wait(): Promise<Slot> {
    const { promise, resolve, reject } = Promise.withResolvers<Slot>();
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      const words = "Every connection to the database is in use.";
      reject(new StoreUnavailableError(words, { reason: "overloaded" }));
    }, WAIT_MS);
    const waiter: Waiter = { resolve, reject, timer };
    this.#waiting.push(waiter);
    return promise;
  }

  #giveBack(slot: Slot, { broken, outdated }: SlotState): void {
    // Of the many that fail together the first one says it for all.
    if (outdated && slot.generation === this.#generation) this.#generation++;
    const good = broken ? this.#replace(slot) : slot;
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#idle.push(good);
      this.#noteAllBack();
      return;
    }
    clearTimeout(next.timer);
    next.resolve(good);
  }

  #replace(slot: Slot): Slot {
    this.#all.delete(slot);
    // Nobody waits for the end of a connection that is given up.
    slot.client.end({ timeout: 0 }).catch(() => {});
    const fresh = slotFor(this.#url, {
      ...this.#options,
      generation: this.#generation,
    });
    this.#all.add(fresh);
    return fresh;
  }
}

/** Does not wait for the disk. The three are sent one behind the other, and waited for once. */
async function relaxed(
  held: Held,
  { sql, parameters }: Statement,
): Promise<Outcome> {
  const [, done, restored] = await Promise.allSettled([
    held.script("SET synchronous_commit TO off"),
    held.execute(sql, parameters),
    held.script("RESET synchronous_commit"),
  ]);
  // Nobody may believe to be durable on a connection that is not.
  if (restored.status === "rejected") held.release("broken");
  if (done.status === "rejected") throw done.reason;
  return done.value;
}

/** How a connection is given back. */
interface SlotState {
  broken: boolean;
  /** The session is of no more use, and so are the others of its age: it takes no writes, or knows tables as they were. */
  outdated: boolean;
}

function slotFor(
  url: string,
  { statementMs, generation }: PostgresOptions & { generation: number },
): Slot {
  const client = postgres(url, {
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    // The client would close a connection of a certain age between two statements of a transaction.
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    onclose: () => {
      slot.lost = true;
    },
    connection: {
      application_name: "pagerpal",
      statement_timeout: statementMs,
      lock_timeout: Math.min(LOCK_MS, statementMs),
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      random_page_cost: RANDOM_PAGE_COST,
    },
    types: {
      // int8 and count(*) come as text otherwise.
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
  });
  const slot: Slot = { client, lost: false, generation };
  return slot;
}

function held(slot: Slot, giveBack: (state: SlotState) => void): Held {
  let broken = false;
  let outdated = false;
  let failed = false;
  let released = false;
  const send = async <T>(query: (client: postgres.Sql) => PromiseLike<T>) => {
    if (broken || released || slot.lost) throw lostError();
    try {
      return await query(slot.client);
    } catch (error) {
      outdated ||= isReadOnly(error) || asksForNewPlans(error, { failed });
      broken ||= outdated || endsConnection(error);
      failed = true;
      throw error instanceof postgres.PostgresError ? error : lostError(error);
    }
  };
  return {
    async execute(sql, parameters) {
      const values = parameters.map(bindable);
      const rows = await send((client) =>
        client.unsafe(sql, values, {
          ...NO_SCRIPT,
          prepare: values.length <= MOST_PREPARED,
        })
      );
      return { rows: Array.from(rows.values()), changes: rows.count ?? 0 };
    },
    async script(sql) {
      await send((client) => client.unsafe(sql).simple());
    },
    release(state) {
      if (released) return;
      released = true;
      giveBack({
        broken: broken || slot.lost || state === "broken",
        outdated,
      });
    },
  };
}

/** An error of the server leaves the connection usable unless it is fatal; every other one is the connection's own. */
function endsConnection(error: unknown): boolean {
  return !(error instanceof postgres.PostgresError) ||
    error.severity === "FATAL" || error.severity === "PANIC";
}

/** A session that is read-only stays so, as one to a server that is no longer the primary; a new one may not be. */
function isReadOnly(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code === "25006";
}

/**
 * A statement that was prepared before a migration changed its table cannot be run. The client prepares it anew, and does
 * not say so: in a transaction, which is aborted by then, what comes after it fails first, and the client may wait for
 * answers in another order than they come in.
 */
function asksForNewPlans(
  error: unknown,
  { failed }: { failed: boolean },
): boolean {
  if (!(error instanceof postgres.PostgresError)) return false;
  return error.routine === "RevalidateCachedQuery" ||
    (error.code === "25P02" && !failed);
}

function lostError(cause?: unknown): StoreUnavailableError {
  const words = cause instanceof Error ? `: ${cause.message}` : "";
  return new StoreUnavailableError(
    `There is no connection to the database${words}.`,
    { cause },
  );
}

function bindable(value: unknown): string | number | null {
  switch (typeof value) {
    case "string":
    case "number":
      return value;
    default:
      if (value === null) return null;
      throw new TypeError(`Cannot store a value of type ${typeof value}.`);
  }
}
