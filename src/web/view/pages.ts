/** The way through a list that is counted. */
import type { Page } from "../../ports/store.ts";

export interface Pages {
  page: number;
  total: number;
  /** Addresses; empty at the ends. */
  newer: string;
  older: string;
}

/** Promises the page that a query names, 1 where it names none that can be. */
export function pageNumber(text = ""): number {
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 1;
}

/** Promises the links of `parts/paging`; `path` is without a query. */
export function pagesOf(
  { page, totalPages }: Pick<Page<unknown>, "page" | "totalPages">,
  path: string,
): Pages {
  return {
    page,
    total: totalPages,
    newer: page > 1 ? `${path}?page=${Math.min(page - 1, totalPages)}` : "",
    older: page < totalPages ? `${path}?page=${page + 1}` : "",
  };
}
