/**
 * A pool of PostgreSQL connections, each a client of its own that shares its connection with nobody.
 *
 * The client (postgres 3.4.9) has a pool too, but who holds a connection of that is not told when it is lost, and what is
 * then sent on it throws where nobody can catch it, which ends the process. Here a lost connection is known, and nothing
 * more is sent on it before it is given back and replaced.
 */
import { StoreUnavailableError } from "../../ports/store.ts";
import type {
  Connection,
  Statement,
  Transaction,
} from "../connection/connection.ts";
import type { Execute, Outcome } from "../connection/executor.ts";
import {
  type Held,
  held,
  type PostgresOptions,
  type Slot,
  slotFor,
  type SlotState,
} from "./postgres_connection.ts";

/** How long a caller waits for a connection when all are in use. */
const WAIT_MS = 15_000;

interface Waiter {
  resolve(slot: Slot): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
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
