/** The six routes that every kind of record has: list, create, read, replace, change, delete. */
import { z } from "@hono/zod-openapi";
import type { UserAccount } from "../domain/people.ts";
import { recordChange } from "../app/record_change.ts";
import { notFound, RefusedError } from "../app/refused_error.ts";
import type { Idempotency } from "../http/idempotency.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type {
  Dependent,
  DirectoryRepository,
} from "../ports/directory_repositories.ts";
import { type Repositories, StoreConflictError } from "../ports/store.ts";
import type { AppDeps } from "./deps.ts";
import type { Given } from "./given.ts";
import { idText, pageOf, pageQuery, shownPage } from "./fields.ts";

type Row = { id: number; createdAtMs: number; updatedAtMs: number };
type New<T> = Omit<T, "id" | "createdAtMs" | "updatedAtMs">;

/** A kind of record. `Fields` is what a caller may write, already parsed; `Shown` is what the API answers. */
export interface Resource<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
> {
  /** As `/api/v1/escalation-policies`. */
  path: `/${string}`;
  tag: string;
  /** As `escalation policy`; the audit log's kind is the same with underscores. */
  noun: string;
  /** As `EscalationPolicy`, for operation ids. */
  name: string;
  plural: string;
  create: z.ZodType<Fields>;
  change: z.ZodType<Given<Fields>>;
  shown: z.ZodType<unknown, Shown>;
  /** Filters besides the page; `team_id` is passed on as `teamId`. */
  byTeam: boolean;
  repository(from: Repositories): DirectoryRepository<T, { teamId?: number }>;
  show(row: T): Shown;
  /** Promises the row's own fields for the given ones; throws a refusal that names the field. */
  toRow(fields: Given<Fields>, before: T | null): Partial<New<T>>;
  /** Throws a refusal for references to what is not there. */
  check(tx: Repositories, fields: Given<Fields>): Promise<void>;
  /** null: the resource has a creation of its own. */
  insert: "plain" | null;
}

export interface ApiDeps extends AppDeps {
  idempotency: Idempotency;
}

const params = z.object({ id: idText });

/** Adds the routes to the table. Reading is for everybody with an account, writing for admins. */
export function addDirectory<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
>(
  routes: Routes,
  deps: ApiDeps,
  resource: Resource<T, Fields, Shown>,
): void {
  const { path, tag, noun, name, plural, show } = resource;
  const one = `${path}/{id}` as const;
  const query = z.object({
    ...pageQuery,
    ...(resource.byTeam ? { team_id: idText.optional() } : {}),
  });

  routes.add({
    method: "get",
    path,
    access: "viewer",
    name: `list${plural}`,
    tag,
    summary: `List ${noun.replace(/y$/, "ie")}s`,
    query,
    answers: { 200: pageOf(resource.shown) },
  }, async ({ query }) => {
    const { page, page_size: pageSize } = query;
    const teamId = (query as { team_id?: number }).team_id;
    const filter = teamId === undefined ? {} : { teamId };
    const found = await resource.repository(deps.store)
      .list(filter, { page, pageSize });
    return ok(shownPage(found, show)) as never;
  });

  if (resource.insert === "plain") {
    routes.add({
      method: "post",
      path,
      access: "admin",
      name: `create${name}`,
      tag,
      summary: `Create a record: ${noun}`,
      body: resource.create,
      idempotent: true,
      problems: [409],
      answers: { 201: resource.shown },
    }, async ({ body, principal, c }) => {
      const { body: shown } = await deps.idempotency.create(
        c,
        deps.clock(),
        async (tx, nowMs) => {
          const row = await insertRow(tx, { resource, fields: body, nowMs });
          await audit(tx, {
            resource,
            verb: "create",
            by: principal.account,
            before: null,
            after: row,
            nowMs,
          });
          return show(row);
        },
      );
      return created(shown) as never;
    });
  }

  routes.add({
    method: "get",
    path: one,
    access: "viewer",
    name: `get${name}`,
    tag,
    summary: `Read one ${noun}`,
    params,
    answers: { 200: resource.shown },
  }, async ({ params }) => {
    const row = await resource.repository(deps.store).find(params.id);
    if (!row) throw notFound(noun, params.id);
    return ok(show(row)) as never;
  });

  for (const method of ["put", "patch"] as const) {
    const replaces = method === "put";
    routes.add({
      method,
      path: one,
      access: "admin",
      name: `${replaces ? "replace" : "update"}${name}`,
      tag,
      summary: replaces ? `Replace one ${noun}` : `Change one ${noun}`,
      params,
      body: (replaces ? resource.create : resource.change) as z.ZodType<
        Given<Fields>
      >,
      problems: [409],
      answers: { 200: resource.shown },
    }, async ({ params, body, principal }) => {
      const row = await deps.store.transaction((tx) =>
        updateRow(tx, {
          resource,
          id: params.id,
          fields: body,
          by: principal.account,
          nowMs: deps.clock(),
        })
      );
      return ok(show(row)) as never;
    });
  }

  routes.add({
    method: "delete",
    path: one,
    access: "admin",
    name: `delete${name}`,
    tag,
    summary: `Delete one ${noun}`,
    params,
    problems: [409],
    answers: { 204: null },
  }, async ({ params, principal }) => {
    await refusingDependents(
      () => resource.repository(deps.store).dependents(params.id),
      `Cannot delete ${noun} ${params.id}`,
      () =>
        deps.store.transaction((tx) =>
          deleteRow(tx, {
            resource,
            id: params.id,
            by: principal.account,
            nowMs: deps.clock(),
          })
        ),
    );
    return DONE;
  });
}

/** Promises the inserted row, references checked. */
export async function insertRow<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
>(
  tx: Repositories,
  { resource, fields, nowMs, more }: {
    resource: Resource<T, Fields, Shown>;
    fields: Fields;
    nowMs: number;
    more?: Partial<New<T>>;
  },
): Promise<T> {
  await resource.check(tx, fields);
  const row = { ...resource.toRow(fields, null), ...more } as New<T>;
  return await resource.repository(tx).insert(row, nowMs);
}

interface Write<T extends Row, Fields, Shown extends Record<string, unknown>> {
  resource: Resource<T, Fields, Shown>;
  id: number;
  by: UserAccount;
  nowMs: number;
  fields: Given<Fields>;
}

async function updateRow<
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

async function deleteRow<
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
export async function audit<
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
