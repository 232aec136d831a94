/** Deletions that other records forbid. */
import { RefusedError } from "./refused_error.ts";
import type { Dependent } from "../ports/directory_repositories.ts";
import { StoreConflictError } from "../ports/store.ts";

/** Runs a deletion that the database may refuse because others refer to the row; then it throws 409 that names them. */
export async function refusingDependents(
  dependents: () => Promise<Dependent[]>,
  cannot: string,
  work: () => Promise<void>,
): Promise<void> {
  const refuse = (list: Dependent[]) => {
    const names = list.slice(0, 5).map((d) =>
      `${d.kind.replaceAll("_", " ")} ${d.id} (${d.name})`
    );
    const more = list.length > 5 ? ` and ${list.length - 5} more` : "";
    const by = names.length === 0
      ? "other records"
      : `${names.join(", ")}${more}`;
    return new RefusedError(
      "conflict",
      "still_referenced",
      `${cannot}: it is used by ${by}.`,
      { dependents: list },
    );
  };
  const before = await dependents();
  if (before.length > 0) throw refuse(before);
  try {
    await work();
  } catch (error) {
    const refused = error instanceof StoreConflictError &&
      error.reason === "foreign_key";
    throw refused ? refuse(await dependents()) : error;
  }
}
