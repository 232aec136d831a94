/** Structured logs: one JSON object a line on standard output, with the request's id and without secrets. */
import { AsyncLocalStorage } from "node:async_hooks";
import { configureSync, type LogLevel, type Sink } from "@logtape/logtape";
import { redactByField } from "@logtape/redaction";
import { createFlatLine } from "./logging/flat_line.ts";
import { createLineWriter } from "./logging/line_writer.ts";
import { lineOf, type LineOptions } from "./logging/line.ts";
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
  sink?: (line: string, level: LogLevel) => void;
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
  { secrets, traceId = () => null, sink }: LoggingOptions,
): Sink {
  const write = sink ?? createLineWriter().write;
  const options = { mask: createMask(secrets), traceId };
  const flatLine = createFlatLine(options);
  const thoroughly = createThorough(options, write);
  const filter = createOutageFilter();
  return (given) => {
    const record = filter(given);
    if (record === null) return;
    const line = flatLine(record);
    if (line === null) thoroughly(record);
    else write(line, record.level);
  };
}

/** Promises the long way to a line: whatever the record holds is made plain, and looked at part by part. */
function createThorough(
  options: LineOptions,
  write: (line: string, level: LogLevel) => void,
): Sink {
  const plain = createPlain(options.mask);
  // Masks what a message names: in "{token}" the property is masked by `plain`, the text in the message is not.
  const named = redactByField(
    (record) => write(lineOf(record, options), record.level),
    { fieldPatterns: [SECRET_NAME], action: hide },
  );
  return (record) =>
    named({
      ...record,
      message: record.message.map((part) =>
        typeof part === "string" ? part : plain(part)
      ),
      // A record stays a record when it is made plain.
      properties: plain(record.properties) as Record<string, Plain>,
    });
}
