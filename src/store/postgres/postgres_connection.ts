/** One connection to PostgreSQL, a client of its own, and what may be done with it after an error. */
import postgres from "postgres";
import { StoreUnavailableError } from "../../ports/store.ts";
import type { Execute } from "../connection/executor.ts";

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
/** Longer statements are rare, and the server keeps each one that is prepared for as long as the connection lives. */
const MOST_PREPARED = 600;

/** The client would else send a statement without values as a script, which the server plans anew each time; not typed. */
const NO_SCRIPT = { simple: false };

/** A connection, whoever holds it. */
export interface Slot {
  client: postgres.Sql;
  /** The client lost its connection and would quietly open another. */
  lost: boolean;
  /** Which of the pool's generations of connections it is of. */
  generation: number;
}

/** One connection, held by one caller. */
export interface Held {
  /** Fails with StoreUnavailableError from the moment the connection is lost. */
  readonly execute: Execute;
  script(sql: string): Promise<void>;
  /** Gives the connection back; `broken` when nobody knows what state it is in, and it is to be replaced. */
  release(state?: "broken"): void;
}

/** How a connection is given back. */
export interface SlotState {
  broken: boolean;
  /** The session is of no more use, and so are the others of its age: it takes no writes, or knows tables as they were. */
  outdated: boolean;
}

/** Promises a connection that is made when it is first used. */
export function slotFor(
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

/** Promises the connection to one caller until it gives it back. */
export function held(slot: Slot, giveBack: (state: SlotState) => void): Held {
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
      let query: object = {};
      const rows = await send((client) =>
        query = client.unsafe(sql, values, {
          ...NO_SCRIPT,
          prepare: values.length <= MOST_PREPARED,
        })
      );
      const outcome = {
        rows: Array.from(rows.values()),
        changes: rows.count ?? 0,
      };
      rows.length = 0;
      letGo(query);
      return outcome;
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

/**
 * Takes from a query that is answered what it holds. The client (postgres 3.4.9) writes functions right into the
 * properties of each, which V8 expects to live for long: they stay until the next whole collection of garbage, and the
 * query with them. With its values, its text and its rows such a collection comes half as often again, and whoever is to
 * be paged in that moment waits for it.
 */
function letGo(query: object): void {
  Object.assign(query, {
    ...{ args: null, parameters: null, options: null },
    ...{ strings: null, string: null, statement: null, signature: null },
  });
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
