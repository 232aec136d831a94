/** Bounded lists and bounded deletions. */
import { createHash } from "node:crypto";
import type { Page, PageRequest } from "../../ports/store.ts";
import type { Database } from "../schema/schema.ts";
import type { Session, WriteOptions } from "../connection/session.ts";

const LARGEST_PAGE = 200;

/** Promises one page; a page past the end is empty and costs only the count. */
export async function paged<T>(
  request: PageRequest,
  query: {
    count: () => Promise<{ total: number }>;
    rows: (limit: number, offset: number) => Promise<T[]>;
  },
): Promise<Page<T>> {
  const pageSize = within(request.pageSize, 1, LARGEST_PAGE);
  const page = within(request.page, 1, Number.MAX_SAFE_INTEGER);
  const { total } = await query.count();
  const offset = (page - 1) * pageSize;
  const items = offset < total ? await query.rows(pageSize, offset) : [];
  return { items, total, page, totalPages: Math.ceil(total / pageSize) };
}

/** Promises a whole number from `least` to `most`. */
export function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(Math.trunc(value), least), most);
}

/** How many rows one DELETE of a prune takes. */
export const PRUNE_BATCH = 1_000;

/** Runs a bounded deletion, each in its own transaction, until it finds less than a full batch; tells how many went. */
export async function pruneBatches(
  session: Session,
  deleteBatch: (db: Database) => Promise<{ numAffectedRows?: bigint }>,
  options?: WriteOptions,
): Promise<number> {
  let total = 0;
  for (;;) {
    const { numAffectedRows } = await session.write(deleteBatch, options);
    const deleted = Number(numAffectedRows ?? 0n);
    total += deleted;
    if (deleted < PRUNE_BATCH) return total;
  }
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
