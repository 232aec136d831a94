/** Writes all data as JSON lines, as it was at one moment. */
import { schemaVersionOf, tablesOf } from "../store/whole_database/catalog.ts";
import type { LibsqlAddress } from "../store/libsql/libsql.ts";
import { withSnapshot } from "../store/whole_database/snapshot.ts";
import { isMissingTable } from "../store/connection/store_error.ts";
import { readNextIds, readRows } from "../store/whole_database/whole_tables.ts";
import { BackupError, backupError } from "./backup_error.ts";
import {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type Header,
  NOT_EXPORTED,
} from "./export_format.ts";

export interface ExportOptions {
  address: LibsqlAddress;
  /** Of the program. */
  version: string;
  keyCheck: string;
  nowMs: number;
  /** Takes lines, each with its end; the next come once it has settled. */
  write(lines: string): Promise<void>;
}

/** Promises the rows of each table that were written. Throws BackupError; the database is only read. */
export async function exportData(
  options: ExportOptions,
): Promise<Record<string, number>> {
  try {
    return await exported(options);
  } catch (error) {
    throw backupError("The data could not be exported", error);
  }
}

function exported(
  { address, version, keyCheck, nowMs, write }: ExportOptions,
): Promise<Record<string, number>> {
  const say = (value: unknown) => write(JSON.stringify(value) + "\n");
  return withSnapshot(address, async (snapshot) => {
    const { execute, dialect } = snapshot;
    const header: Header = {
      format: EXPORT_FORMAT,
      format_version: EXPORT_VERSION,
      pagerpal_version: version,
      schema_version: await schemaVersionOf(execute).catch(refuseForeign),
      exported_at: new Date(nowMs).toISOString(),
      key_check: keyCheck,
    };
    await say(header);
    const tables = (await tablesOf(execute, dialect))
      .filter(({ name }) => !NOT_EXPORTED.has(name));
    const counts: Record<string, number> = {};
    for (const table of tables) {
      const { name } = table;
      counts[name] = 0;
      for await (const rows of readRows(snapshot, table)) {
        counts[name] += rows.length;
        await write(rows.map((row) => line(name, row)).join(""));
      }
    }
    const next_ids = await readNextIds(snapshot, tables);
    await say({ end: true, rows: counts, next_ids });
    return counts;
  });
}

function line(table: string, row: Record<string, unknown>): string {
  return JSON.stringify({ table, row }) + "\n";
}

function refuseForeign(error: unknown): never {
  if (!isMissingTable(error)) throw error;
  throw new BackupError("The database is not one of PagerPal's.");
}
