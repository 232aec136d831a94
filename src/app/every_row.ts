/** Whole lists, read page by page. */
import type { DirectoryRepository } from "../ports/directory_repositories.ts";

const PAGE_SIZE = 200;
const MOST_PAGES = 10;

/** Promises every row by name, at most 2,000: no screen and no check is meant for more. */
export async function everyRow<T>(
  repository: Pick<DirectoryRepository<T, { teamId?: number }>, "list">,
): Promise<T[]> {
  const rows: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const found = await repository.list({}, { page, pageSize: PAGE_SIZE });
    rows.push(...found.items);
    if (page >= found.totalPages) break;
  }
  return rows;
}
