/** What is to be run dry: a policy or a source, by its id or its name. */
import type { DryRun } from "../../src/app/policies/dry_run.ts";
import {
  dryRunOfPolicy,
  dryRunOfSource,
} from "../../src/app/policies/dry_run_of.ts";
import type { Severity } from "../../src/domain/intake/alert.ts";
import type { DirectoryRepository } from "../../src/ports/directory_repositories.ts";
import type { Store } from "../../src/ports/store.ts";
import { CommandError } from "../command.ts";

export interface Named {
  policy?: string;
  source?: string;
}

/** Promises its dry run. Throws a CommandError where neither or both are named, and where the name is not one row's. */
export async function findFired(
  store: Store,
  { policy, source }: Named,
  when: { atMs: number; severity: Severity },
): Promise<DryRun> {
  if (policy !== undefined && source === undefined) {
    const { id } = await findOne(store.policies, policy, "escalation policy");
    return await dryRunOfPolicy(store, id, when);
  }
  if (source !== undefined && policy === undefined) {
    const found = await findOne(store.sources, source, "alert source");
    return await dryRunOfSource(store, found, when);
  }
  throw new CommandError("Name one of --policy and --source.", 2);
}

const PAGE_SIZE = 200;

/** An id goes before a name of digits; a name is the same in any case. */
async function findOne<T extends { id: number; name: string }>(
  repository: Pick<
    DirectoryRepository<T, { teamId?: number }>,
    "find" | "list"
  >,
  text: string,
  noun: string,
): Promise<T> {
  if (/^[1-9]\d{0,14}$/.test(text)) {
    const found = await repository.find(Number(text));
    if (found) return found;
  }
  const named: T[] = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const found = await repository.list({}, { page, pageSize: PAGE_SIZE });
    pages = found.totalPages;
    const wanted = text.trim().toLowerCase();
    named.push(
      ...found.items.filter(({ name }) => name.toLowerCase() === wanted),
    );
  }
  const [only] = named;
  if (!only) throw new CommandError(`There is no ${noun} "${text}".`);
  if (named.length === 1) return only;
  const ids = named.map(({ id }) => id).join(", ");
  throw new CommandError(
    `${named.length} are called "${text}". Name one by its id: ${ids}.`,
  );
}
