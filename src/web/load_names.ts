/** Names behind ids, and what there is to choose from. */
import { everyRow } from "../app/every_row.ts";
import type { Repositories } from "../ports/store.ts";

export { everyRow };

/** An option of a select. */
export interface Choice {
  value: string;
  label: string;
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
