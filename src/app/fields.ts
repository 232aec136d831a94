/** The kinds of values that the API takes and answers, each declared once. */
import { z } from "@hono/zod-openapi";
import type { Page } from "../ports/store.ts";

const CONTROLS = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u;
const CONTROLS_BUT_BREAKS = /(?![\n\r\t])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/u;
// ECMA-262, section 21.4.1.1: the latest instant that a Date can hold is further; year 9999 is as far as ISO 8601
// writes four digits.
const LATEST_MS = Date.UTC(9999, 11, 31);

/** A positive integer that JSON can carry exactly. */
export const id = z.int().min(1).openapi({ example: 7 });

/** An id in a path or query: digits only, at most 2^53 - 1. */
export const idText = z.string()
  .regex(/^[1-9][0-9]{0,15}$/, "A positive integer.")
  .transform(Number)
  .refine(Number.isSafeInteger, "A positive integer below 2^53.")
  .openapi({ type: "integer", minimum: 1, example: 7 });

/** One line of text without control characters, trimmed, not empty. */
export function line(longest: number) {
  return z.string().trim().min(1, "Must not be empty.")
    .max(longest, `At most ${longest} characters.`)
    .refine(isWellFormed, "Must be well-formed Unicode.")
    .refine(
      (text) => !CONTROLS.test(text),
      "Must not hold control characters.",
    );
}

/** Text with line breaks, may be empty. */
export function text(longest: number) {
  return z.string().trim().max(longest, `At most ${longest} characters.`)
    .refine(isWellFormed, "Must be well-formed Unicode.")
    .refine(
      (text) => !CONTROLS_BUT_BREAKS.test(text),
      "Must not hold control characters.",
    );
}

/** What is looked for in a list; blank means anything. */
export const searchText = z.string().trim().max(200)
  .refine(isWellFormed, "Must be well-formed Unicode.")
  .refine((value) => !CONTROLS.test(value), "Must not hold control characters.")
  .transform((value) => value === "" ? undefined : value);

/** An e-mail address, as an addr-spec of at most 254 characters. */
export const email = z.email("An e-mail address, as maya@example.com.")
  .max(254, "At most 254 characters.").openapi({
    example: "maya@example.com",
  });

/** An instant in ISO 8601 with its offset; becomes epoch milliseconds. */
export const instant = z.iso.datetime({ offset: true })
  .transform((value) => Date.parse(value))
  .refine(
    (ms) => Number.isFinite(ms) && ms >= 0 && ms <= LATEST_MS,
    "An instant between 1970 and 9999.",
  )
  .openapi({
    type: "string",
    format: "date-time",
    example: "2026-11-23T09:00:00+01:00",
  });

/** An instant in an answer: ISO 8601, UTC, milliseconds. */
export const time = z.string().openapi({
  format: "date-time",
  example: "2026-11-23T08:00:00.000Z",
});

/** An IANA time zone that this runtime knows. */
export const timeZone = z.string().max(64)
  .refine(isTimeZone, "An IANA time zone, as Europe/London.")
  .openapi({ example: "Europe/London" });

export const pageQuery = {
  page: number({ least: 1, most: 100_000, otherwise: 1 }),
  page_size: number({ least: 1, most: 200, otherwise: 50 }),
};

/** An integer in a query. */
export function number(
  { least, most, otherwise }: {
    least: number;
    most: number;
    otherwise: number;
  },
) {
  return z.string()
    .regex(/^-?[0-9]{1,9}$/, "An integer.")
    .transform(Number)
    .refine(
      (value) => value >= least && value <= most,
      `An integer from ${least} to ${most}.`,
    )
    .optional()
    .transform((value) => value ?? otherwise)
    .openapi({
      type: "integer",
      minimum: least,
      maximum: most,
      default: otherwise,
    });
}

/** Values of a list in a query, as `a=x&a=y` or `a=x,y`; undefined when absent. */
export function list<T extends string>(values: readonly [T, ...T[]]) {
  return z.union([z.string(), z.array(z.string())])
    .transform((value) => [value].flat().flatMap((part) => part.split(",")))
    .pipe(z.array(z.enum(values)).max(20))
    .optional()
    .openapi({
      type: "array",
      items: { type: "string", enum: [...values] },
    });
}

/** Promises the schema of a change: every field may be left out, not all of them. */
export function changeOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape).partial().refine(
    (fields) => Object.values(fields).some((value) => value !== undefined),
    `Name at least one of ${Object.keys(shape).join(", ")}.`,
  );
}

/** Promises the schema of a page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    total: z.int(),
    page: z.int(),
    total_pages: z.int(),
  });
}

/** Promises the page as the API answers it. */
export function shownPage<T, Shown>(page: Page<T>, show: (item: T) => Shown) {
  return {
    items: page.items.map(show),
    total: page.total,
    page: page.page,
    total_pages: page.totalPages,
  };
}

/** Promises ISO 8601 in UTC with milliseconds. */
export function shownTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function shownTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : shownTime(ms);
}

function isWellFormed(value: string): boolean {
  return value.isWellFormed();
}

function isTimeZone(value: string): boolean {
  // Temporal also takes offsets and any case; a zone is a name in its own spelling.
  if (!/^[A-Za-z]/.test(value)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: value })
      .resolvedOptions();
    return timeZone.length > 0;
  } catch {
    return false;
  }
}
