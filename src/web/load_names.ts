/** Names behind ids, and what there is to choose from. */
import type { DirectoryRepository } from "../ports/directory_repositories.ts";
import type { Repositories } from "../ports/store.ts";

/** An option of a select. */
export interface Choice {
  value: string;
  label: string;
}

const PAGE_SIZE = 200;
const MOST_PAGES = 10;

/** Promises every row by name, at most 2,000: a longer select helps nobody. */
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

/** Promises the rows as options, the first of them a question where `ask` is given. */
export function choices(
  rows: readonly { id: number; name: string }[],
  ask = "",
): Choice[] {
  const options = rows.map(({ id, name }) => ({
    value: String(id),
    label: name,
  }));
  return ask === "" ? options : [{ value: "", label: ask }, ...options];
}

/** Promises the teams' names by id. */
export async function teamNames(
  { teams }: Pick<Repositories, "teams">,
): Promise<Map<number, string>> {
  return new Map((await everyRow(teams)).map(({ id, name }) => [id, name]));
}
