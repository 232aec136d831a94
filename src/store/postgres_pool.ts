/**
 * A pool of PostgreSQL connections, each a client of its own that never shares its connection.
 *
 * The client's own pool reconnects under a reserved connection without telling whoever holds it, and would then run the
 * rest of a transaction outside it; here a connection that was lost is known, and refuses until it is given back.
 */
import postgres from "postgres";
import { StoreUnavailableError } from "../ports/store.ts";
import type { Execute } from "./executor.ts";

/** One connection, held by one caller. */
export interface HeldConnection {
  /** Fails with StoreUnavailableError from the moment the connection is lost. */
  readonly execute: Execute;
  /** Gives the connection back; `broken` when nobody knows what state it is in, and it is to be replaced. */
  release(state?: "broken"): void;
}

/** Time limits of every connection, milliseconds. */
const LIMITS = {
  statement_timeout: 15_000,
  idle_in_transaction_session_timeout: 30_000,
} as const;
const CONNECT_SECONDS = 10;
/** How long a caller waits for a connection when all are in use. */
const WAIT_MS = 15_000;

interface Slot {
  client: postgres.Sql;
  /** The client lost its connection and would quietly open another. */
  lost: boolean;
}

interface Waiter {
  resolve(slot: Slot): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

export class PostgresPool {
  readonly #url: string;
  readonly #idle: Slot[];
  readonly #all: Set<Slot>;
  readonly #waiting: Waiter[] = [];
  #closed = false;
  /** Settles once the pool is closed and nobody holds a connection. */
  readonly #allBack = Promise.withResolvers<void>();

  constructor(url: string, size: number) {
    this.#url = url;
    this.#idle = Array.from({ length: size }, () => slotFor(url));
    this.#all = new Set(this.#idle);
  }

  /** Promises a connection to hold; StoreUnavailableError when none comes free in time. */
  async acquire(): Promise<HeldConnection> {
    if (this.#closed) throw new StoreUnavailableError("The store is closed.");
    const slot = this.#idle.pop() ?? await this.#wait();
    // Lost while nobody used it: a new connection is as good.
    slot.lost = false;
    return held(slot, (broken) => this.#giveBack(slot, broken));
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
      reject(new StoreUnavailableError(words));
    }, WAIT_MS);
    const waiter: Waiter = { resolve, reject, timer };
    this.#waiting.push(waiter);
    return promise;
  }

  #giveBack(slot: Slot, broken: boolean): void {
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
    const fresh = slotFor(this.#url);
    this.#all.add(fresh);
    return fresh;
  }
}

function slotFor(url: string): Slot {
  const client = postgres(url, {
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    // The client would close a connection of a certain age between two statements of a transaction.
    max_lifetime: null,
    onnotice: () => {},
    onclose: () => {
      slot.lost = true;
    },
    connection: { application_name: "pagerpal", ...LIMITS },
    types: {
      // int8 and count(*) come as text otherwise.
      bigint: { to: 20, from: [20], parse: Number, serialize: String },
    },
  });
  const slot: Slot = { client, lost: false };
  return slot;
}

function held(slot: Slot, giveBack: (broken: boolean) => void): HeldConnection {
  let broken = false;
  let released = false;
  return {
    async execute(sql, parameters) {
      if (broken || released || slot.lost) throw lostError();
      try {
        const query = slot.client.unsafe(sql, parameters.map(bindable), {
          prepare: true,
        });
        const rows = await query;
        return { rows: Array.from(rows.values()), changes: rows.count ?? 0 };
      } catch (error) {
        broken ||= endsConnection(error);
        throw error;
      }
    },
    release(state) {
      if (released) return;
      released = true;
      giveBack(broken || slot.lost || state === "broken");
    },
  };
}

/** An error of the server leaves the connection usable unless it is fatal; every other one is the connection's own. */
function endsConnection(error: unknown): boolean {
  if (error instanceof TypeError) return false;
  return !(error instanceof postgres.PostgresError) ||
    error.severity === "FATAL" || error.severity === "PANIC";
}

function lostError(): StoreUnavailableError {
  return new StoreUnavailableError("The connection to the database was lost.");
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
