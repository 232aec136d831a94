/** Bounded lists. */
import { createHash } from "node:crypto";
import type { SelectQueryBuilder, Simplify } from "kysely";
import type { Page, PageRequest } from "../../ports/store.ts";
import type { Schema } from "../schema/schema.ts";

const LARGEST_PAGE = 200;

/**
 * Promises one page of what `rows` finds: `matching` with columns and an order. A page past the end is empty and costs only
 * the count.
 */
export async function paged<
  Matching extends keyof Schema,
  Joined extends keyof Schema,
  Row,
  T,
>(
  request: PageRequest,
  { matching, rows, shown }: {
    matching: SelectQueryBuilder<Schema, Matching, object>;
    rows: SelectQueryBuilder<Schema, Joined, Row>;
    shown: (row: Simplify<Row>) => T;
  },
): Promise<Page<T>> {
  const pageSize = within(request.pageSize, 1, LARGEST_PAGE);
  const page = within(request.page, 1, Number.MAX_SAFE_INTEGER);
  const { total } = await matching
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  const offset = (page - 1) * pageSize;
  const found = offset < total
    ? await rows.limit(pageSize).offset(offset).execute()
    : [];
  const totalPages = Math.ceil(total / pageSize);
  return { items: found.map(shown), total, page, totalPages };
}

/** Promises a whole number from `least` to `most`. */
export function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(Math.trunc(value), least), most);
}

/** Promises the items in lists of at most `size`, so that no statement grows past the databases' limits. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const lists: T[][] = [];
  for (let at = 0; at < items.length; at += size) {
    lists.push(items.slice(at, at + size));
  }
  return lists;
}

const LONGEST_KEY = 255;

/** Promises a key that fits an index of PostgreSQL (2,704 bytes): itself, or its hash where it is longer than 255. */
export function indexable(key: string): string {
  if (key.length <= LONGEST_KEY) return key;
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}
