/** Takes the data of an export into a database: all of it or nothing. */
import {
  countRows,
  schemaVersionOf,
  type Table,
  tablesOf,
} from "../store/whole_database/catalog.ts";
import type {
  Connection,
  Transaction,
} from "../store/connection/connection.ts";
import type { Execute } from "../store/connection/executor.ts";
import { migrate, type MigrationTarget } from "../store/migrate.ts";
import { oneConnection } from "../store/connection/one_connection.ts";
import { storeError } from "../store/connection/store_error.ts";
import {
  clearTable,
  writeNextId,
} from "../store/whole_database/whole_tables.ts";
import { BackupError, backupError } from "./backup_error.ts";
import { BatchWriter } from "./batch_writer.ts";
import { type Header, NOT_EXPORTED } from "./export_format.ts";
import { isKeyOf } from "./manifest.ts";
import { type Entry, readEntry, readHeader } from "./read_export.ts";

export interface ImportOptions {
  address: MigrationTarget;
  /** Without their ends. */
  lines: AsyncIterable<string>;
  /** The newest migration that this program knows. */
  schemaVersion: number;
  secretKey: string;
  /** The data was written under another key, and is to be taken all the same. */
  otherKey: boolean;
  /** What the database holds is to go. */
  replace: boolean;
  nowMs: number;
}

/**
 * Promises the rows of each table that were taken, in one transaction, and the database at the newest migration. Throws
 * BackupError, which names the line and the field where one is wrong, and the database's rows have not changed.
 */
export async function importData(
  options: ImportOptions,
): Promise<Record<string, number>> {
  const lines = options.lines[Symbol.asyncIterator]();
  try {
    const first = await lines.next();
    const header = readHeader(first.done ? undefined : first.value);
    refuseUnfit(header, options);
    await prepare(header, options);
    const rows = await inOneTransaction(
      options,
      (transaction, connection) =>
        take(lines, { transaction, connection, replace: options.replace }),
    );
    await migrate(options.address, options.nowMs);
    return rows;
  } catch (error) {
    throw backupError("The data could not be imported", error);
  } finally {
    await lines.return?.();
  }
}

function refuseUnfit(
  header: Header,
  { schemaVersion, secretKey, otherKey }: ImportOptions,
): void {
  if (header.schema_version > schemaVersion) {
    throw new BackupError(
      `Line 1, field schema_version: is ${header.schema_version}, and this version of PagerPal knows ${schemaVersion}. ` +
        `Import it with PagerPal ${header.pagerpal_version} or a later one.`,
    );
  }
  if (!otherKey && !isKeyOf(header.key_check, secretKey)) {
    throw new BackupError(
      "Line 1, field key_check: the data was written under another SECRET_KEY than the one that is set. Set that one; " +
        "where it is lost, --other-key imports all the same.",
    );
  }
}

/** Promises a database whose tables are those of the export. */
async function prepare(
  { schema_version: wanted }: Header,
  { address, nowMs }: ImportOptions,
): Promise<void> {
  await migrate(address, nowMs, { upTo: wanted });
  const connection = await oneConnection(address, 0);
  try {
    const found = await schemaVersionOf(connection.read);
    if (found === wanted) return;
    throw new BackupError(
      `The export is at migration ${wanted}, and the database at ${found}. Import it into a database that is not there yet: ` +
        "it is brought to the newest migration afterwards.",
    );
  } catch (error) {
    throw storeError(error, "");
  } finally {
    await connection.close();
  }
}

async function inOneTransaction<T>(
  { address }: ImportOptions,
  work: (transaction: Transaction, connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await oneConnection(address, 0);
  try {
    const transaction = await connection.begin({ durable: true });
    try {
      const result = await work(transaction, connection);
      await transaction.commit();
      return result;
    } finally {
      await transaction.end();
    }
  } catch (error) {
    throw storeError(error, "");
  } finally {
    await connection.close();
  }
}

interface Target {
  transaction: Transaction;
  connection: Connection;
  replace: boolean;
}

async function take(
  lines: AsyncIterator<string>,
  { transaction, connection, replace }: Target,
): Promise<Record<string, number>> {
  const { execute, script } = transaction;
  const { dialect } = connection;
  if (dialect === "postgres") {
    // The lines may come slowly.
    await script("SET LOCAL idle_in_transaction_session_timeout = 0");
  }
  const tables = (await tablesOf(execute, dialect))
    .filter(({ name }) => !NOT_EXPORTED.has(name));
  if (replace) await clearAll(execute, tables);
  else await refuseFull(execute, tables);
  const writer = new BatchWriter({ execute, dialect });
  const end = await readAll(lines, { tables, writer });
  refuseOtherCounts(writer.counts, end.rows);
  for (const table of tables) {
    const next = end.nextIds[table.name];
    if (table.hasIdentity && next !== undefined) {
      await writeNextId({ execute, dialect }, table, next);
    }
  }
  return end.rows;
}

async function clearAll(execute: Execute, tables: Table[]): Promise<void> {
  for (const table of tables.toReversed()) await clearTable(execute, table);
}

async function refuseFull(execute: Execute, tables: Table[]): Promise<void> {
  const counts = await countRows(execute, tables);
  const full = Object.entries(counts).filter(([, count]) => count > 0);
  if (full.length === 0) return;
  const words = full.slice(0, 3).map(([name, count]) => `${count} in ${name}`);
  throw new BackupError(
    `The database is not empty: it has rows, ${
      words.join(", ")
    }. With --replace they are deleted first.`,
  );
}

type End = Extract<Entry, { kind: "end" }>;

async function readAll(
  lines: AsyncIterator<string>,
  { tables, writer }: { tables: Table[]; writer: BatchWriter },
): Promise<End> {
  const known = new Map(tables.map((table) => [table.name, table]));
  let end: End | null = null;
  for (let number = 2;; number++) {
    const { done, value } = await lines.next();
    if (done) break;
    if (end) throw new BackupError(`Line ${number} comes after the last one.`);
    const entry = readEntry(value, { number, tables: known });
    if (entry.kind === "end") end = entry;
    else await writer.add(entry, number);
  }
  await writer.flush();
  if (end) return end;
  throw new BackupError("The export is cut off: its last line is missing.");
}

function refuseOtherCounts(
  found: Record<string, number>,
  wanted: Record<string, number>,
): void {
  for (const name of new Set([...Object.keys(found), ...Object.keys(wanted)])) {
    if ((found[name] ?? 0) === (wanted[name] ?? 0)) continue;
    throw new BackupError(
      `The export has ${
        found[name] ?? 0
      } rows of ${name}, and its last line says ${
        wanted[name] ?? 0
      }: lines are missing or too many.`,
    );
  }
}
