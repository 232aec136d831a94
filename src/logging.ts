/** Structured logs: one JSON object a line on standard output, with the request's id and without secrets. */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  configureSync,
  type LogLevel,
  type LogRecord,
  type Sink,
} from "@logtape/logtape";
import { redactByField } from "@logtape/redaction";
import { createMask, SECRET_NAME } from "./logging/mask.ts";
import { createOutageFilter } from "./logging/outage.ts";
import { createPlain, hide, type Plain } from "./logging/plain.ts";

export interface LoggingOptions {
  /** The least level that is written. */
  level: LogLevel;
  /** Values that must never appear in a line; those under six characters cannot be kept out. */
  secrets: readonly string[];
  /** The trace that the line belongs to, if any; written as `trace_id`. */
  traceId?: () => string | null;
  /** Takes each line, without its line end. Default: standard output. */
  sink?: (line: string) => void;
}

/**
 * Sets up every logger of the process. A line is
 * `{"time":ISO 8601 UTC,"level","logger","message","request_id","trace_id",...properties}`; `request_id` and other properties come
 * from LogTape's `withContext({ request_id }, work)` too. May be called again to change the options.
 */
export function configureLogging(options: LoggingOptions): void {
  const sink = createSink(options);
  configureSync({
    reset: true,
    contextLocalStorage: new AsyncLocalStorage(),
    sinks: { lines: sink },
    loggers: [
      { category: [], sinks: ["lines"], lowestLevel: options.level },
      // LogTape's own word, when a sink fails.
      { category: ["logtape", "meta"], lowestLevel: "warning" },
    ],
  });
}

function createSink(
  { secrets, traceId = () => null, sink = console.log }: LoggingOptions,
): Sink {
  const mask = createMask(secrets);
  const plain = createPlain(mask);
  // Masks what a message names: in "{token}" the property is masked by `plain`, the text in the message is not.
  const named = redactByField(
    (record) => sink(JSON.stringify(lineOf(record, { mask, traceId }))),
    { fieldPatterns: [SECRET_NAME], action: hide },
  );
  const filter = createOutageFilter();
  return (given) => {
    const record = filter(given);
    if (record === null) return;
    named({
      ...record,
      message: record.message.map((part) =>
        typeof part === "string" ? part : plain(part)
      ),
      // A record stays a record when it is made plain.
      properties: plain(record.properties) as Record<string, Plain>,
    });
  };
}

const OWN_FIELDS = new Set(["time", "level", "logger", "message", "trace_id"]);

function lineOf(
  record: LogRecord,
  { mask, traceId }: {
    mask: (text: string) => string;
    traceId: () => string | null;
  },
) {
  const trace_id = traceId();
  const { request_id, ...properties } = record.properties;
  const others = Object.entries(properties).map(([name, value]) => [
    OWN_FIELDS.has(name) ? `${name}_` : name,
    value,
  ]);
  return {
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    logger: mask(record.category.join(".")),
    message: mask(record.message.map(textOf).join("")),
    ...(request_id === undefined ? {} : { request_id }),
    ...(trace_id === null ? {} : { trace_id }),
    ...Object.fromEntries(others),
  };
}

function textOf(part: unknown): string {
  return typeof part === "string" ? part : JSON.stringify(part) ?? "";
}
