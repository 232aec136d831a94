/** Reads an export line by line, and believes none of it before it has looked. */
import type { z } from "zod";
import type { Column, Table } from "../store/whole_database/catalog.ts";
import type { Row } from "../store/whole_database/whole_tables.ts";
import { BackupError } from "./backup_error.ts";
import {
  END,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  HEADER,
  type Header,
  ROW,
} from "./export_format.ts";

/** One line after the header. */
export type Entry =
  | { kind: "row"; table: Table; row: Row }
  | {
    kind: "end";
    rows: Record<string, number>;
    nextIds: Record<string, number>;
  };

/** Promises what the first line says; throws BackupError with the line and the field that is wrong. */
export function readHeader(line: string | undefined): Header {
  const value = parsed(line ?? "", 1);
  if (Reflect.get(Object(value), "format") !== EXPORT_FORMAT) {
    throw new BackupError(
      `Line 1, field format: must be "${EXPORT_FORMAT}". This is no export of PagerPal's.`,
    );
  }
  // A later format may have another header.
  const version: unknown = Reflect.get(Object(value), "format_version");
  if (typeof version === "number" && version > EXPORT_VERSION) {
    throw new BackupError(
      `Line 1, field format_version: is ${version}, and this version of PagerPal knows ${EXPORT_VERSION}. Import it with a later one.`,
    );
  }
  return checked(HEADER, value, 1);
}

/** Promises what the line says, which is the so manieth; throws BackupError as readHeader does. */
export function readEntry(
  line: string,
  { number, tables }: { number: number; tables: ReadonlyMap<string, Table> },
): Entry {
  const value = parsed(line, number);
  if (Reflect.get(Object(value), "end") !== undefined) {
    const { rows, next_ids } = checked(END, value, number);
    return { kind: "end", rows, nextIds: next_ids };
  }
  const { table: name, row } = checked(ROW, value, number);
  const table = tables.get(name);
  if (table === undefined) {
    throw wrong(number, "table", `"${name}" is not known`);
  }
  for (const column of table.columns) {
    const problem = problemOf(row[column.name], column);
    if (problem) throw wrong(number, `row.${column.name}`, problem);
  }
  const known = new Set(table.columns.map((column) => column.name));
  const other = Object.keys(row).find((field) => !known.has(field));
  if (other !== undefined) {
    throw wrong(number, `row.${other}`, `is not known in ${name}`);
  }
  return { kind: "row", table, row };
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new BackupError(`Line ${number} is not JSON.`);
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, number: number): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const issue = error.issues[0];
  const field = issue?.path.join(".") || "the whole line";
  throw wrong(number, field, issue?.message ?? "is wrong");
}

function wrong(number: number, field: string, what: string): BackupError {
  return new BackupError(`Line ${number}, field ${field}: ${what}.`);
}

const WORDS: Record<Column["type"], string> = {
  integer: "must be a whole number",
  number: "must be a number",
  text: "must be a text",
};

function problemOf(value: unknown, { type, nullable }: Column): string | null {
  if (value === undefined) return "is missing";
  if (value === null) return nullable ? null : "must not be null";
  const isRight = type === "integer"
    ? Number.isSafeInteger(value)
    : type === "number"
    ? Number.isFinite(value)
    : typeof value === "string";
  return isRight ? null : WORDS[type];
}
