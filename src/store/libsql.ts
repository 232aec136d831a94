/**
 * The libSQL driver: a file on this machine, or a libSQL server.
 *
 * A file has one connection that writes and one that only reads, so that no read waits for a write. The client keeps a
 * pool of connections and tells nobody when it opens another, so the settings of a connection that writes are made at
 * the beginning of every transaction, on the connection that the transaction holds.
 */
import {
  type Client,
  createClient,
  type InValue,
  type Transaction,
} from "@libsql/client";
import { StoreUnavailableError } from "../ports/store.ts";
import {
  databaseOn,
  type Execute,
  guarded,
  type Outcome,
  UnitOfWork,
} from "./executor.ts";
import type { Database } from "./schema.ts";
import type { Backend, WriteOptions } from "./session.ts";
import { isBusy, storeError } from "./store_error.ts";
import { WriterQueue } from "./writer_queue.ts";

export interface LibsqlAddress {
  /** `file:/absolute/path`, `libsql://`, `http://` or `https://`. */
  url: string;
  authToken?: string;
}

export interface LibsqlLimits {
  /** How long one transaction may hold the writer, milliseconds. */
  transactionMs: number;
  /** How long to wait for the lock that another process holds, milliseconds. */
  lockMs: number;
}

const LIMITS: LibsqlLimits = { transactionMs: 30_000, lockMs: 10_000 };

/** Promises a backend whose settings hold on every connection. Opens the file, creating it where it is missing. */
export async function openLibsql(
  address: LibsqlAddress,
  limits: LibsqlLimits = LIMITS,
): Promise<Backend> {
  const connections = address.url.startsWith("file:")
    ? await fileConnections(address)
    : serverConnections(address);
  return new LibsqlBackend(connections, limits);
}

/**
 * Promises a client as the backend and the migration runner use it: of a file with one connection. Throws
 * StoreUnavailableError for a file that cannot be opened; a server is first reached when it is first used.
 */
export function connect({ url, authToken }: LibsqlAddress): Client {
  const isFile = url.startsWith("file:");
  try {
    return createClient({
      url,
      intMode: "number",
      // A server's client sends its calls over HTTP, as many at once as this.
      concurrency: isFile ? 1 : 20,
      ...(authToken === undefined ? {} : { authToken }),
    });
  } catch (cause) {
    throw new StoreUnavailableError("The database cannot be opened.", {
      cause,
    });
  }
}

interface Writer {
  client: Client;
  /** Begins the transaction on a connection of a file; null where a server does that. */
  begin: string | null;
}

interface Connections {
  reader: Client;
  writer: Writer;
  /** For what may be lost when the machine fails: does not wait for the disk. */
  laxWriter: Writer;
}

const BUSY_TIMEOUT = "PRAGMA busy_timeout=5000;";
const DURABLE = "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL;";
/** A later durable commit takes these to the disk too; the file stays whole in any case (sqlite.org/pragma.html). */
const LAX = "PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL;";

async function fileConnections(address: LibsqlAddress): Promise<Connections> {
  const writer = await setUp(address, `${DURABLE} PRAGMA journal_mode=WAL;`);
  const laxWriter = await setUp(address, LAX);
  const reader = await setUp(address, `${DURABLE} PRAGMA query_only=ON;`);
  return {
    reader,
    writer: { client: writer, begin: beginning(DURABLE) },
    laxWriter: { client: laxWriter, begin: beginning(LAX) },
  };
}

/** Promises a durable transaction with the lock on a client of `connect`; for a file it throws at once while another has it. */
export function beginExclusively(client: Client): Promise<Transaction> {
  const isFile = client.protocol === "file";
  return begin({ client, begin: isFile ? beginning(DURABLE) : null });
}

/**
 * Ends the empty transaction that the client has begun, and begins one with the lock. In BEGIN nobody waits: that would
 * hold the thread, and with it whoever is to give the lock back. The client's own BEGIN IMMEDIATE will not do: refused,
 * its statement stays unfinished until it is collected as garbage, and until then the connection cannot commit.
 */
function beginning(settings: string): string {
  return `COMMIT; PRAGMA busy_timeout=0; ${settings} BEGIN IMMEDIATE; ${BUSY_TIMEOUT}`;
}

async function setUp(
  address: LibsqlAddress,
  settings: string,
): Promise<Client> {
  const client = connect(address);
  try {
    await client.executeMultiple(BUSY_TIMEOUT + settings);
    return client;
  } catch (error) {
    client.close();
    throw storeError(error, "");
  }
}

function serverConnections(address: LibsqlAddress): Connections {
  const client = connect(address);
  const writer = { client, begin: null };
  return { reader: client, writer, laxWriter: writer };
}

class LibsqlBackend implements Backend {
  readonly dialect = "sqlite";
  readonly read: Database;
  readonly #connections: Connections;
  readonly #limits: LibsqlLimits;
  readonly #queue = new WriterQueue();
  readonly #reads = new Set<Promise<unknown>>();
  #closed = false;

  constructor(connections: Connections, limits: LibsqlLimits) {
    this.#connections = connections;
    this.#limits = limits;
    const execute = guarded(on(connections.reader));
    this.read = databaseOn((sql, parameters) => {
      if (this.#closed) return Promise.reject(closedError());
      const reading = execute(sql, parameters);
      this.#reads.add(reading);
      return reading.finally(() => this.#reads.delete(reading));
    }, this.dialect);
  }

  write<T>(
    work: (db: Database) => Promise<T>,
    { durable = true }: WriteOptions = {},
  ): Promise<T> {
    if (this.#closed) return Promise.reject(closedError());
    const { writer, laxWriter } = this.#connections;
    return this.#queue.run(() =>
      whenFree(
        () => this.#attempt(durable ? writer : laxWriter, work),
        this.#limits.lockMs,
      )
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue.idle();
    await Promise.allSettled(this.#reads);
    const { reader, writer, laxWriter } = this.#connections;
    const clients = new Set([reader, laxWriter.client, writer.client]);
    for (const client of clients) client.close();
  }

  async #attempt<T>(
    writer: Writer,
    work: (db: Database) => Promise<T>,
  ): Promise<T> {
    const transaction = await begin(writer).catch((error) => {
      throw storeError(error, "");
    });
    const unit = new UnitOfWork(on(transaction));
    try {
      const working = work(databaseOn(unit.execute, this.dialect));
      const result = await inTime(working, this.#limits.transactionMs);
      unit.check();
      await transaction.commit();
      return result;
    } catch (error) {
      unit.end();
      // Where this fails, closing rolls back; a server would take its time over that.
      await transaction.rollback().catch(() => {});
      throw storeError(error, "");
    } finally {
      unit.end();
      transaction.close();
    }
  }
}

/** Promises a transaction that has the lock, or on a server will have it with its first statement. */
async function begin({ client, begin }: Writer): Promise<Transaction> {
  if (begin === null) return await client.transaction("write");
  const transaction = await client.transaction("deferred");
  try {
    await transaction.executeMultiple(begin);
    return transaction;
  } catch (error) {
    transaction.close();
    throw error;
  }
}

/** The pauses between two tries for the lock, milliseconds; the last one is repeated. */
const LOCK_PAUSES_MS = [1, 2, 3, 5];

/** Tries again while another process holds the lock. The pauses leave the thread to others. */
async function whenFree<T>(
  attempt: () => Promise<T>,
  patienceMs: number,
): Promise<T> {
  let waitedMs = 0;
  for (let tries = 0;; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || waitedMs >= patienceMs) throw error;
      const pauseMs = LOCK_PAUSES_MS[tries] ?? 5;
      waitedMs += pauseMs;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** Work that never ends would keep every other writer waiting for ever. */
async function inTime<T>(working: Promise<T>, limitMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new StoreUnavailableError("The transaction took too long."));
  }, limitMs);
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}

function closedError(): StoreUnavailableError {
  return new StoreUnavailableError("The store is closed.");
}

interface Runs {
  execute(
    statement: { sql: string; args: InValue[] },
  ): Promise<{ rows: unknown[]; rowsAffected: number }>;
}

function on(connection: Runs): Execute {
  return async (sql, parameters): Promise<Outcome> => {
    const args = parameters.map(bindable);
    const result = await connection.execute({ sql, args });
    // Rows are plain objects by column; the client's own type says only that they may also be read by index.
    const rows = result.rows as Record<string, unknown>[];
    return { rows, changes: result.rowsAffected };
  };
}

/** A whole number goes as an integer: the client binds a JavaScript number as a float. */
function bindable(value: unknown): InValue {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case "string":
    case "bigint":
      return value;
    default:
      if (value === null) return null;
      throw new TypeError(`Cannot store a value of type ${typeof value}.`);
  }
}
