/**
 * The format of an export, which docs/backup.md describes: JSON lines. The first one is the header, the last one says what
 * there must have been in between, and every other is a row of a table.
 */
import { z } from "zod";

export const EXPORT_FORMAT = "pagerpal-export";
export const EXPORT_VERSION = 1;

export const HEADER = z.object({
  format: z.literal(EXPORT_FORMAT),
  format_version: z.number().int().positive(),
  pagerpal_version: z.string(),
  /** The migration that the tables are at. */
  schema_version: z.number().int().positive(),
  exported_at: z.iso.datetime(),
  /** Tells whether a SECRET_KEY is the one that the data was written under. */
  key_check: z.string().regex(/^[0-9a-f]{32}$/),
});
export type Header = z.output<typeof HEADER>;

export const ROW = z.strictObject({
  table: z.string(),
  row: z.record(
    z.string(),
    z.union([z.string(), z.number(), z.null()]),
  ),
});

export const END = z.strictObject({
  end: z.literal(true),
  /** Rows of each table. */
  rows: z.record(z.string(), z.number().int().nonnegative()),
  /** The number that the next row of a table is to be given. */
  next_ids: z.record(z.string(), z.number().int().positive()),
});

/** What processes note of themselves as they run: it says nothing elsewhere, and is soon forgotten here. */
export const NOT_EXPORTED: ReadonlySet<string> = new Set([
  "job_runs",
  "nodes",
  "rate_limits",
]);
