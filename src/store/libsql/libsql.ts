/**
 * The libSQL driver, for a file on this machine and for a libSQL server alike. SQLite has one writer at a time, so all
 * writes of this process go through one queue, and reads go past it.
 */
import { StoreUnavailableError } from "../../ports/store.ts";
import {
  type Around,
  type Connection,
  inSharedTransaction,
  inTransaction,
  type Work,
} from "../connection/connection.ts";
import { databaseOn, guarded } from "../connection/executor.ts";
import type { Signals } from "../../ports/signals.ts";
import { fileSignals } from "./file_signals.ts";
import { openFile } from "./libsql_file.ts";
import type { Database } from "../schema/schema.ts";
import type { Backend, WriteOptions } from "../connection/session.ts";
import { WriterLock } from "./writer_lock.ts";
import { WriterQueue } from "./writer_queue.ts";

export interface LibsqlAddress {
  /** `file:` with an absolute path, percent-encoded as in every URL; `libsql://`, `http://` or `https://`. */
  url: string;
  authToken?: string | undefined;
}

export interface LibsqlLimits {
  /** How long one transaction may hold the writer, milliseconds. */
  transactionMs: number;
  /** How long another process may hold the lock before writes are refused, milliseconds. */
  lockMs: number;
}

const LIMITS: LibsqlLimits = { transactionMs: 30_000, lockMs: 5_000 };

/** Promises the connection. Opens a file, creating it where it is missing; a server is reached when it is first used. */
export async function connect(
  { url, authToken }: LibsqlAddress,
): Promise<Connection> {
  if (url.startsWith("file:")) return openFile(url);
  // A file has no use for the client of a server.
  const { openServer } = await import("./libsql_server.ts");
  return openServer(url, { authToken });
}

/** Promises a backend; throws StoreUnavailableError for a file that cannot be opened. */
export async function openLibsql(
  { around = (connection) => connection, ...address }: LibsqlAddress & {
    /** See StoreAddress in open.ts. */
    around?: Around;
  },
  limits: LibsqlLimits = LIMITS,
): Promise<Backend> {
  return new LibsqlBackend(around(await connect(address)), limits);
}

interface Queued {
  work: Work;
  durable: boolean;
}

class LibsqlBackend implements Backend {
  readonly dialect = "sqlite";
  readonly read: Database;
  readonly signals: Signals | null;
  readonly #connection: Connection;
  readonly #limits: LibsqlLimits;
  readonly #queue = new WriterQueue<Queued>((group) => this.#run(group));
  readonly #reads = new Set<Promise<unknown>>();
  readonly #lock: WriterLock;
  #closed = false;

  constructor(connection: Connection, limits: LibsqlLimits) {
    this.#connection = connection;
    this.#limits = limits;
    const { dataVersion } = connection;
    this.signals = dataVersion ? fileSignals(dataVersion) : null;
    this.#lock = new WriterLock({ patienceMs: limits.lockMs, dataVersion });
    const execute = guarded(connection.read);
    this.read = databaseOn((sql, parameters) => {
      if (this.#closed) return Promise.reject(closedError());
      const reading = execute(sql, parameters);
      this.#reads.add(reading);
      return reading.finally(() => this.#reads.delete(reading));
    }, this.dialect);
  }

  write<T>(
    work: (db: Database) => Promise<T>,
    { durable = true, urgent = false }: WriteOptions = {},
  ): Promise<T> {
    if (this.#closed) return Promise.reject(closedError());
    return this.#queue.run<T>({ work, durable }, { urgent });
  }

  async #run(
    group: readonly Queued[],
  ): Promise<PromiseSettledResult<unknown>[]> {
    const { transactionMs } = this.#limits;
    const works = group.map(({ work }) => work);
    const options = {
      durable: group.some(({ durable }) => durable),
      within: (working: Promise<unknown>) => inTime(working, transactionMs),
    };
    const [first, ...others] = works;
    if (!first || others.length > 0) {
      return await this.#lock.whenFree(() =>
        inSharedTransaction(this.#connection, works, options)
      );
    }
    // Alone it needs no savepoint.
    const value = await this.#lock.whenFree(() =>
      inTransaction(this.#connection, first, options)
    );
    return [{ status: "fulfilled", value }];
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.signals?.close();
    await this.#queue.idle();
    await Promise.allSettled(this.#reads);
    await this.#connection.close();
  }
}

/** Work that never ends would keep every other writer waiting for ever. */
async function inTime<T>(working: Promise<T>, limitMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new StoreUnavailableError("The transaction took too long.", {
        reason: "overloaded",
      }),
    );
  }, limitMs);
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
  }
}

function closedError(): StoreUnavailableError {
  return new StoreUnavailableError("The store is closed.", {
    reason: "closed",
  });
}
