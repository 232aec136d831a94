/** The shape of a line. */
import type { LogRecord } from "@logtape/logtape";
import type { Mask } from "./mask.ts";

export interface LineOptions {
  /** For what the caller has not looked through. */
  mask: Mask;
  traceId: () => string | null;
}

const OWN_FIELDS = new Set(["time", "level", "logger", "message", "trace_id"]);

/** Promises the record as a line of JSON; a property with the name of one of the line's own fields gets another. */
export function lineOf(
  record: LogRecord,
  { mask, traceId }: LineOptions,
): string {
  const trace_id = traceId();
  const { request_id, ...properties } = record.properties;
  const others = Object.entries(properties).map(([name, value]) => [
    OWN_FIELDS.has(name) ? `${name}_` : name,
    value,
  ]);
  return JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    logger: mask(record.category.join(".")),
    message: mask(record.message.map(textOf).join("")),
    ...(request_id === undefined ? {} : { request_id }),
    ...(trace_id === null ? {} : { trace_id }),
    ...Object.fromEntries(others),
  });
}

function textOf(part: unknown): string {
  return typeof part === "string" ? part : JSON.stringify(part) ?? "";
}
