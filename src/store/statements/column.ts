/** How values become columns and come back: flags, instants, JSON, text to search for. */
import { sql } from "kysely";

/** Promises 0 or 1. */
export function flag(value: boolean): number {
  return value ? 1 : 0;
}

/** As flag, for a field of a patch that may be missing. */
export function flagIfGiven(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : flag(value);
}

/** Promises a whole number of milliseconds: delays in fractions of a minute leave fractions behind. */
export function instant(ms: number): number {
  return Math.round(ms);
}

/** As instant; null stays null. */
export function instantOrNull(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms);
}

/** Promises JSON text. */
export function json(value: unknown): string {
  return JSON.stringify(value);
}

/** As json, for a field that may be null; null stays SQL's NULL. */
export function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** Promises what `json` was given. Only this house writes these columns, so the type is taken on trust. */
export function parsed<T>(text: string): T {
  return JSON.parse(text) as T;
}

/** As parsed; NULL stays null. */
export function parsedOrNull<T>(text: string | null): T | null {
  return text === null ? null : parsed<T>(text);
}

const LONGEST_SEARCH = 1_000;

/**
 * Promises a LIKE pattern, for `ESCAPE '\'`, that finds the first 1,000 characters of the text anywhere in a lower()ed
 * column. ASCII letters match in any case, all other characters as they are, on both databases alike.
 */
export function containing(text: string): string {
  const plain = text.slice(0, LONGEST_SEARCH).replace(
    /[A-Z]/g,
    (letter) => letter.toLowerCase(),
  );
  return `%${plain.replace(/[\\%_]/g, "\\$&")}%`;
}

/** Promises `lower(column) LIKE pattern` for a pattern of `containing`. */
export function matches(column: string, pattern: string) {
  return sql<boolean>`lower(${sql.ref(column)}) LIKE ${pattern} ESCAPE '\\'`;
}
