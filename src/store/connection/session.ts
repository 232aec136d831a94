/** What the repositories run on, whichever database is behind it. */
import type { Signals } from "../../ports/signals.ts";
import type { Database } from "../schema/schema.ts";

export type DialectName = "sqlite" | "postgres";

export interface WriteOptions {
  /** False: may be lost when the machine fails, so that it need not wait for the disk. Never for what answers a 2xx. */
  durable?: boolean;
  /** True: the work runs one statement and no more, which is all or nothing by itself. */
  isOneStatement?: boolean;
  /** True: somebody waits for it to page or to stop paging. Where writes queue up, it goes next. */
  urgent?: boolean;
}

/**
 * Outside a transaction `read` sees committed data and each `write` is a transaction of its own. Inside one, both are
 * that transaction.
 */
export interface Session {
  readonly dialect: DialectName;
  readonly read: Database;
  /** Promises all of the work or nothing; the work may run more than once. */
  write<T>(
    work: (db: Database) => Promise<T>,
    options?: WriteOptions,
  ): Promise<T>;
}

/** A session that owns its connections. */
export interface Backend extends Session {
  /** null: nothing tells what other processes commit. */
  readonly signals: Signals | null;
  close(): Promise<void>;
}
