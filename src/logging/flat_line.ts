/**
 * The short way to a line. Nearly all are of requests: names and plain values with nothing in them to take out. Such a
 * line is made at once and looked through once, which costs a fraction of looking at every part of it.
 */
import type { LogRecord } from "@logtape/logtape";
import { lineOf, type LineOptions } from "./line.ts";
import { LONGEST_TEXT, type Mask, SECRET_NAME } from "./mask.ts";

/** What is known of names is kept of so many. */
const MOST_NAMES = 1_000;

/**
 * Promises a function that answers the line of a record as the long way would make it, or null where only the long way
 * can: values within values, names of secrets, anything that has to be masked, escaped or cut.
 */
export function createFlatLine(
  { mask, traceId }: LineOptions,
): (record: LogRecord) => string | null {
  const isHarmless = rememberHarmless();
  const untouched = { mask: (text: string) => text, traceId };
  return (record) => {
    const { properties } = record;
    for (const name in properties) {
      if (!isFlat(properties[name]) || !isHarmless(name)) return null;
    }
    if (!record.message.every(isFlat)) return null;
    const line = lineOf(record, untouched);
    return isClean(line, mask) ? line : null;
  };
}

/** What is escaped in JSON would not be known again by the mask. */
function isClean(line: string, mask: Mask): boolean {
  return line.length <= LONGEST_TEXT && !line.includes("\\") &&
    mask(line) === line;
}

function isFlat(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    default:
      return value === null;
  }
}

function rememberHarmless(): (name: string) => boolean {
  const harmless = new Set<string>();
  return (name) => {
    if (harmless.has(name)) return true;
    if (SECRET_NAME.test(name)) return false;
    if (harmless.size < MOST_NAMES) harmless.add(name);
    return true;
  };
}
