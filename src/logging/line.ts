/** The shape of a line. */
import type { LogRecord } from "@logtape/logtape";
import type { Mask } from "./mask.ts";

export interface LineOptions {
  /** For what the caller has not looked through. */
  mask: Mask;
  traceId: () => string | null;
}

/** A property with one of these names gets another; the last is no name of a field but of what an object is made from. */
const OWN_FIELDS = new Set(
  ["time", "level", "logger", "message", "trace_id", "__proto__"],
);

/** Promises the record as a line of JSON; a property with the name of one of the line's own fields gets another. */
export function lineOf(
  { timestamp, level, category, message, properties }: LogRecord,
  { mask, traceId }: LineOptions,
): string {
  let text = "";
  for (const part of message) text += textOf(part);
  const line: Record<string, unknown> = {
    time: new Date(timestamp).toISOString(),
    level,
    logger: mask(category.join(".")),
    message: mask(text),
  };
  const { request_id } = properties;
  if (request_id !== undefined) line.request_id = request_id;
  const trace_id = traceId();
  if (trace_id !== null) line.trace_id = trace_id;
  for (const name in properties) {
    if (name === "request_id") continue;
    line[OWN_FIELDS.has(name) ? `${name}_` : name] = properties[name];
  }
  return JSON.stringify(line);
}

function textOf(part: unknown): string {
  return typeof part === "string" ? part : JSON.stringify(part) ?? "";
}
