/** What a driver is: statements outside a transaction, and transactions. Everything above is the same for all databases. */
import { StoreUnavailableError } from "../../ports/store.ts";
import {
  databaseOn,
  type Execute,
  guarded,
  type Outcome,
  UnitOfWork,
} from "./executor.ts";
import type { Database } from "../schema/schema.ts";
import type { DialectName } from "./session.ts";
import { storeError } from "./store_error.ts";

export interface Connection {
  readonly dialect: DialectName;
  /** Runs one statement that only reads, on committed data. */
  readonly read: Execute;
  /**
   * Runs one statement that writes and is a transaction by itself; not there where this costs no less than a transaction.
   */
  readonly writeOnce?: (
    statement: Statement,
    options: { durable: boolean },
  ) => Promise<Outcome>;
  /** Begins a transaction. SQLite has one at a time, and throws while another process has the lock. */
  begin(options: { durable: boolean }): Promise<Transaction>;
  /** Promises a number that differs once another connection has committed; not there where that is not told cheaply. */
  dataVersion?(): Promise<number>;
  /** Promises that transactions that have begun are over, and nothing is left open. */
  close(): Promise<void>;
}

export interface Statement {
  sql: string;
  parameters: readonly unknown[];
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
    // What the work has left behind must not write past the transaction while that is committed.
    unit.end();
    await transaction.commit();
    return result;
  } catch (error) {
    throw storeError(error, "");
  } finally {
    unit.end();
    await transaction.end();
  }
}

/** Promises a work of one statement done, with as little as the connection needs for it. */
export async function inOneStatement<T>(
  connection: Connection,
  work: (db: Database) => Promise<T>,
  { durable = true }: { durable?: boolean } = {},
): Promise<T> {
  const { writeOnce } = connection;
  if (!writeOnce) return await inTransaction(connection, work, { durable });
  let isDone = false;
  const execute = guarded((sql, parameters) => {
    if (isDone) throw new Error("A work of one statement runs a second one.");
    isDone = true;
    return writeOnce({ sql, parameters }, { durable });
  });
  return await work(databaseOn(execute, connection.dialect));
}

/** A work that shares its transaction with others. */
export type Work = (db: Database) => Promise<unknown>;

/**
 * Promises what became of each work once all that is left of them is committed together. A work that fails is rolled back
 * by itself and harms no other; where the transaction as a whole fails, it throws, and nothing of any work is left.
 */
export async function inSharedTransaction(
  connection: Connection,
  works: readonly Work[],
  { durable = true, within = (working) => working }: {
    durable?: boolean;
    within?: (working: Promise<unknown>) => Promise<unknown>;
  } = {},
): Promise<PromiseSettledResult<unknown>[]> {
  const transaction = await begun(connection, durable);
  try {
    const outcomes: PromiseSettledResult<unknown>[] = [];
    for (const work of works) {
      const shared = { transaction, dialect: connection.dialect, within };
      outcomes.push(await inSavepoint(shared, work));
    }
    await transaction.commit();
    return outcomes;
  } catch (error) {
    throw storeError(error, "");
  } finally {
    await transaction.end();
  }
}

async function inSavepoint(
  { transaction, dialect, within }: {
    transaction: Transaction;
    dialect: DialectName;
    within: (working: Promise<unknown>) => Promise<unknown>;
  },
  work: Work,
): Promise<PromiseSettledResult<unknown>> {
  await transaction.script("SAVEPOINT work");
  const unit = new UnitOfWork(transaction.execute);
  try {
    const value = await within(work(databaseOn(unit.execute, dialect)));
    unit.check();
    unit.end();
    await transaction.script("RELEASE work");
    return { status: "fulfilled", value };
  } catch (error) {
    // Work that is late must not write into what follows.
    unit.end();
    const reason = storeError(error, "");
    await rollBack(transaction, reason);
    return { status: "rejected", reason };
  }
}

/** Throws where there is no savepoint any more: after some errors SQLite gives up the whole transaction by itself. */
async function rollBack(
  transaction: Transaction,
  reason: unknown,
): Promise<void> {
  try {
    await transaction.script("ROLLBACK TO work; RELEASE work");
  } catch {
    if (reason instanceof StoreUnavailableError) throw reason;
    const words = "The transaction was given up with the work of another.";
    throw new StoreUnavailableError(words, { cause: reason });
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
