/** What makes one kind of record different from the others, and the writes that all of them share. */
import type { z } from "@hono/zod-openapi";
import { recordChange } from "./record_change.ts";
import { notFound } from "./refused_error.ts";
import type { UserAccount } from "../domain/responders/people.ts";
import type { DirectoryRepository } from "../ports/directory_repositories.ts";
import type { Repositories } from "../ports/store.ts";
import type { Given } from "./given.ts";

export type Row = { id: number; createdAtMs: number; updatedAtMs: number };
type New<T> = Omit<T, "id" | "createdAtMs" | "updatedAtMs">;

/**
 * A kind of record that operators write. `Fields` is what a caller may write, already parsed; `Shown` is the record as the
 * API and the audit log show it.
 */
export interface Resource<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
> {
  /** As `escalation policy`; the audit log's kind is the same with underscores. */
  noun: string;
  create: z.ZodType<Fields>;
  change: z.ZodType<Given<Fields>>;
  repository(from: Repositories): DirectoryRepository<T, { teamId?: number }>;
  show(row: T): Shown;
  /** Promises the row's own fields for the given ones; throws a refusal that names the field. */
  toRow(fields: Given<Fields>, before: T | null): Partial<New<T>>;
  /** Throws a refusal for references to what is not there. */
  check(tx: Repositories, fields: Given<Fields>): Promise<void>;
}

/** Promises the inserted row, references checked and the creation in the audit log. */
export async function insertRow<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
>(
  tx: Repositories,
  { resource, fields, by, nowMs, more }: {
    resource: Resource<T, Fields, Shown>;
    fields: Fields;
    by: UserAccount;
    nowMs: number;
    more?: Partial<New<T>>;
  },
): Promise<T> {
  await resource.check(tx, fields);
  const row = { ...resource.toRow(fields, null), ...more } as New<T>;
  const after = await resource.repository(tx).insert(row, nowMs);
  await audit(tx, { resource, verb: "create", by, before: null, after, nowMs });
  return after;
}

interface Write<T extends Row, Fields, Shown extends Record<string, unknown>> {
  resource: Resource<T, Fields, Shown>;
  id: number;
  by: UserAccount;
  nowMs: number;
  fields: Given<Fields>;
}

/** Promises the changed row, references checked and the change in the audit log. */
export async function updateRow<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
>(
  tx: Repositories,
  { resource, id, fields, by, nowMs }: Write<T, Fields, Shown>,
): Promise<T> {
  const repository = resource.repository(tx);
  const before = await repository.find(id);
  if (!before) throw notFound(resource.noun, id);
  await resource.check(tx, fields);
  const after = await repository.update(
    id,
    resource.toRow(fields, before),
    nowMs,
  );
  if (!after) throw notFound(resource.noun, id);
  await audit(tx, { resource, verb: "update", by, before, after, nowMs });
  return after;
}

/** Promises that the row is gone and the audit log says so. */
export async function deleteRow<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
>(
  tx: Repositories,
  { resource, id, by, nowMs }: Omit<Write<T, Fields, Shown>, "fields">,
): Promise<void> {
  const repository = resource.repository(tx);
  const before = await repository.find(id);
  if (!before || !await repository.delete(id)) {
    throw notFound(resource.noun, id);
  }
  await audit(tx, { resource, verb: "delete", by, before, after: null, nowMs });
}

/** Writes the change to the audit log, as the API shows the record. */
async function audit<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
>(
  tx: Repositories,
  { resource, verb, by, before, after, nowMs }: {
    resource: Resource<T, Fields, Shown>;
    verb: "create" | "update" | "delete";
    by: UserAccount;
    before: T | null;
    after: T | null;
    nowMs: number;
  },
): Promise<void> {
  const kind = resource.noun.replaceAll(" ", "_");
  await recordChange(tx, {
    by,
    action: `${kind}.${verb}`,
    objectId: (after ?? before)?.id ?? 0,
    before: before && resource.show(before),
    after: after && resource.show(after),
  }, nowMs);
}
