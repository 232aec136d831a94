/**
 * The libSQL driver: a file on this machine, or a libSQL server.
 *
 * A file has one connection that writes and one that only reads, so that no read waits for a write. The client keeps a
 * pool of connections and tells nobody when it opens another; with a concurrency of 1 the connection that is given its
 * settings is the one that the next call uses, so writers are set up before every transaction.
 */
import { type Client, createClient, type InValue } from "@libsql/client";
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

/** Promises a backend whose settings hold on every connection. Opens the file, creating it where it is missing. */
export async function openLibsql(address: LibsqlAddress): Promise<Backend> {
  if (!address.url.startsWith("file:")) {
    return new LibsqlBackend(remote(address));
  }
  try {
    return new LibsqlBackend(await file(address));
  } catch (error) {
    throw storeError(error, "");
  }
}

/** Promises a client for one connection at a time, as the backend and the migration runner use it. */
export function connect({ url, authToken }: LibsqlAddress): Client {
  const isFile = url.startsWith("file:");
  return createClient({
    url,
    intMode: "number",
    // A remote client sends its calls over HTTP, as many at once as this.
    concurrency: isFile ? 1 : 20,
    ...(authToken === undefined ? {} : { authToken }),
  });
}

interface Clients {
  reader: Client;
  writer: Client;
  /** Writes what may be lost when the machine fails; the writer itself where there is no such thing. */
  laxWriter: Client;
  /** Before and after BEGIN IMMEDIATE, on its connection. */
  beforeBegin: string | null;
  afterBegin: string | null;
}

/** Never wait for the lock in BEGIN itself: the wait would hold the thread, and with it whoever is to give it back. */
const BEFORE_BEGIN = "PRAGMA busy_timeout=0; PRAGMA foreign_keys=ON;";
const BUSY_TIMEOUT = "PRAGMA busy_timeout=5000;";

async function file(address: LibsqlAddress): Promise<Clients> {
  const writer = connect(address);
  await writer.executeMultiple(
    `${BUSY_TIMEOUT} PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;`,
  );
  const laxWriter = connect(address);
  await laxWriter.executeMultiple(
    `${BUSY_TIMEOUT} PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;`,
  );
  const reader = connect(address);
  await reader.executeMultiple(
    `${BUSY_TIMEOUT} PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA query_only=ON;`,
  );
  return {
    reader,
    writer,
    laxWriter,
    beforeBegin: BEFORE_BEGIN,
    afterBegin: BUSY_TIMEOUT,
  };
}

function remote(address: LibsqlAddress): Clients {
  const client = connect(address);
  return {
    reader: client,
    writer: client,
    laxWriter: client,
    beforeBegin: null,
    afterBegin: null,
  };
}

class LibsqlBackend implements Backend {
  readonly dialect = "sqlite";
  readonly read: Database;
  readonly #queue = new WriterQueue();
  readonly #clients: Clients;

  constructor(clients: Clients) {
    this.#clients = clients;
    const execute = guarded(on(clients.reader));
    this.read = databaseOn(execute, this.dialect);
  }

  write<T>(
    work: (db: Database) => Promise<T>,
    { durable = true }: WriteOptions = {},
  ): Promise<T> {
    const client = durable ? this.#clients.writer : this.#clients.laxWriter;
    return this.#queue.run(() => whenFree(() => this.#attempt(client, work)));
  }

  async close(): Promise<void> {
    await this.#queue.idle();
    const { reader, writer, laxWriter } = this.#clients;
    for (const client of new Set([reader, laxWriter, writer])) client.close();
  }

  async #attempt<T>(
    client: Client,
    work: (db: Database) => Promise<T>,
  ): Promise<T> {
    const transaction = await this.#begin(client);
    const unit = new UnitOfWork(on(transaction));
    try {
      const result = await work(databaseOn(unit.execute, this.dialect));
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

  async #begin(client: Client) {
    const { beforeBegin, afterBegin } = this.#clients;
    try {
      if (beforeBegin !== null) await client.executeMultiple(beforeBegin);
      const transaction = await client.transaction("write");
      if (afterBegin !== null) await transaction.executeMultiple(afterBegin);
      return transaction;
    } catch (error) {
      throw storeError(error, "BEGIN IMMEDIATE");
    }
  }
}

/** The longest wait for the lock that another process holds, milliseconds, and the pauses between two tries. */
const LOCK_PATIENCE_MS = 10_000;
const LOCK_PAUSES_MS = [1, 2, 3, 5];

/** Tries again while another process holds the lock. The pauses leave the thread to others. */
async function whenFree<T>(attempt: () => Promise<T>): Promise<T> {
  let waitedMs = 0;
  for (let tries = 0;; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || waitedMs >= LOCK_PATIENCE_MS) throw error;
      const pauseMs = LOCK_PAUSES_MS[tries] ?? 5;
      waitedMs += pauseMs;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
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
