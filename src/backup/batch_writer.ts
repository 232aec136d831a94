/** Writes the rows of an import, many at a time, and says of which lines they were where the database takes them not. */
import { StoreConflictError, StoreUnavailableError } from "../ports/store.ts";
import type { Table } from "../store/whole_database/catalog.ts";
import { storeError } from "../store/connection/store_error.ts";
import {
  mostRows,
  type Row,
  writeRows,
} from "../store/whole_database/whole_tables.ts";
import { BackupError } from "./backup_error.ts";

/** Writes rows that follow each other in one table together. */
export class BatchWriter {
  /** Of rows that were given, by table. */
  readonly counts: Record<string, number> = {};
  readonly #target: Parameters<typeof writeRows>[0];
  #table: Table | null = null;
  #rows: Row[] = [];
  #lastLine = 0;

  constructor(target: Parameters<typeof writeRows>[0]) {
    this.#target = target;
  }

  async add(
    { table, row }: { table: Table; row: Row },
    lineNumber: number,
  ): Promise<void> {
    const isFull = this.#rows.length >= mostRows(table);
    if (this.#table !== table || isFull) await this.flush();
    this.#table = table;
    this.#rows.push(row);
    this.#lastLine = lineNumber;
    this.counts[table.name] = (this.counts[table.name] ?? 0) + 1;
  }

  async flush(): Promise<void> {
    const [table, rows] = [this.#table, this.#rows];
    this.#rows = [];
    if (table === null || rows.length === 0) return;
    try {
      await writeRows(this.#target, table, rows);
    } catch (error) {
      throw this.#refused(error, rows.length);
    }
  }

  #refused(cause: unknown, count: number): unknown {
    const known = storeError(cause, "");
    if (known instanceof StoreUnavailableError) return known;
    const lines = `Lines ${this.#lastLine - count + 1} to ${this.#lastLine}`;
    const what = `${this.#table?.name} has ${reasonOf(known)}.`;
    return new BackupError(`${lines}: ${what}`, { cause });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof StoreConflictError)) {
    const words = error instanceof Error ? error.message : String(error);
    return `a value that the database does not take (${words})`;
  }
  return error.reason === "unique"
    ? `a row twice (${error.constraint})`
    : "a row that refers to one that is not there";
}
