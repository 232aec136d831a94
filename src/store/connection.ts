/** What a driver is: statements outside a transaction, and transactions. Everything above is the same for all databases. */
import { databaseOn, type Execute, UnitOfWork } from "./executor.ts";
import type { Database } from "./schema.ts";
import type { DialectName } from "./session.ts";
import { storeError } from "./store_error.ts";

export interface Connection {
  readonly dialect: DialectName;
  /** Runs one statement that only reads, on committed data. */
  readonly read: Execute;
  /** Begins a transaction. SQLite has one at a time, and throws while another process has the lock. */
  begin(options: { durable: boolean }): Promise<Transaction>;
  /** Promises a number that differs once another connection has committed; not there where that is not told cheaply. */
  dataVersion?(): Promise<number>;
  /** Promises that transactions that have begun are over, and nothing is left open. */
  close(): Promise<void>;
}

export interface Transaction {
  readonly execute: Execute;
  /** Runs several statements without parameters. */
  script(sql: string): Promise<void>;
  commit(): Promise<void>;
  /** Promises that nothing is left of it, also after a commit, and lets the connection go. Never throws. */
  end(): Promise<void>;
}

/** Promises a connection through which all goes that would go to the one given. */
export type Around = (connection: Connection) => Connection;

/**
 * Promises the work done in a transaction, once, and committed; or nothing of it, and the error as the store has it.
 * `within` may give the work a limit.
 */
export async function inTransaction<T>(
  connection: Connection,
  work: (db: Database) => Promise<T>,
  { durable = true, within = (working) => working }: {
    durable?: boolean;
    within?: (working: Promise<T>) => Promise<T>;
  } = {},
): Promise<T> {
  const transaction = await begun(connection, durable);
  const unit = new UnitOfWork(transaction.execute);
  try {
    const db = databaseOn(unit.execute, connection.dialect);
    const result = await within(work(db));
    unit.check();
    await transaction.commit();
    return result;
  } catch (error) {
    throw storeError(error, "");
  } finally {
    unit.end();
    await transaction.end();
  }
}

async function begun(
  connection: Connection,
  durable: boolean,
): Promise<Transaction> {
  try {
    return await connection.begin({ durable });
  } catch (error) {
    throw storeError(error, "");
  }
}
