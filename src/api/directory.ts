/** The six routes that every kind of record has: list, create, read, replace, change, delete. */
import { z } from "@hono/zod-openapi";
import { notFound } from "../app/refused_error.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import { refusingDependents } from "../app/dependents.ts";
import type { ApiDeps } from "./deps.ts";
import { idText, pageOf, pageQuery, shownPage } from "../app/fields.ts";
import type { Given } from "../app/given.ts";
import {
  deleteRow,
  insertRow,
  type Resource,
  type Row,
  updateRow,
} from "../app/resource.ts";

type AnyShown = Record<string, unknown>;

/** A kind of record with its place in the API. */
export interface ApiResource<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
> extends Resource<T, Fields, Shown> {
  /** As `/api/v1/escalation-policies`. */
  path: `/${string}`;
  tag: string;
  /** As `EscalationPolicy`, for operation ids. */
  name: string;
  plural: string;
  shown: z.ZodType<unknown, Shown>;
  /** Filters besides the page; `team_id` is passed on as `teamId`. */
  byTeam: boolean;
  /** null: the resource has a creation of its own. */
  insert: "plain" | null;
}

interface Served<T extends Row, Fields, Shown extends AnyShown> {
  routes: Routes;
  deps: ApiDeps;
  resource: ApiResource<T, Fields, Shown>;
}

const params = z.object({ id: idText });

/** Adds the routes to the table. Reading is for everybody with an account, writing for admins. */
export function addDirectory<T extends Row, Fields, Shown extends AnyShown>(
  routes: Routes,
  deps: ApiDeps,
  resource: ApiResource<T, Fields, Shown>,
): void {
  const served = { routes, deps, resource };
  addList(served);
  if (resource.insert === "plain") addCreation(served);
  addReading(served);
  addChanges(served);
  addDeletion(served);
}

function addList<T extends Row, Fields, Shown extends AnyShown>(
  { routes, deps, resource }: Served<T, Fields, Shown>,
): void {
  routes.add({
    method: "get",
    path: resource.path,
    access: "viewer",
    name: `list${resource.plural}`,
    tag: resource.tag,
    summary: `List ${resource.noun.replace(/y$/, "ie")}s`,
    query: z.object({
      ...pageQuery,
      ...(resource.byTeam ? { team_id: idText.optional() } : {}),
    }),
    answers: { 200: pageOf(resource.shown) },
  }, async ({ query }) => {
    const { page, page_size: pageSize } = query;
    const teamId = (query as { team_id?: number }).team_id;
    const filter = teamId === undefined ? {} : { teamId };
    const found = await resource.repository(deps.store)
      .list(filter, { page, pageSize });
    return ok(shownPage(found, resource.show));
  });
}

function addCreation<T extends Row, Fields, Shown extends AnyShown>(
  { routes, deps, resource }: Served<T, Fields, Shown>,
): void {
  const { noun } = resource;
  routes.add({
    method: "post",
    path: resource.path,
    access: "admin",
    name: `create${resource.name}`,
    tag: resource.tag,
    summary: `Create ${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`,
    body: resource.create,
    idempotent: true,
    problems: [409],
    answers: { 201: resource.shown },
  }, async ({ body: fields, principal, c }) => {
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) => {
        const by = principal.account;
        const after = await insertRow(tx, { resource, fields, by, nowMs });
        return resource.show(after);
      },
    );
    return created(answer.body);
  });
}

function addReading<T extends Row, Fields, Shown extends AnyShown>(
  { routes, deps, resource }: Served<T, Fields, Shown>,
): void {
  routes.add({
    method: "get",
    path: `${resource.path}/{id}`,
    access: "viewer",
    name: `get${resource.name}`,
    tag: resource.tag,
    summary: `Read one ${resource.noun}`,
    params,
    answers: { 200: resource.shown },
  }, async ({ params }) => {
    const row = await resource.repository(deps.store).find(params.id);
    if (!row) throw notFound(resource.noun, params.id);
    return ok(resource.show(row));
  });
}

/** PUT replaces: what it does not name gets its default. PATCH changes what it names. */
function addChanges<T extends Row, Fields, Shown extends AnyShown>(
  { routes, deps, resource }: Served<T, Fields, Shown>,
): void {
  const { noun, name } = resource;
  const kinds = [
    ["put", `replace${name}`, `Replace one ${noun}`, resource.create],
    ["patch", `update${name}`, `Change one ${noun}`, resource.change],
  ] as const;
  for (const [method, name, summary, body] of kinds) {
    routes.add({
      method,
      path: `${resource.path}/{id}`,
      access: "admin",
      name,
      tag: resource.tag,
      summary,
      params,
      body: body as z.ZodType<Given<Fields>>,
      problems: [409],
      answers: { 200: resource.shown },
    }, async ({ params: { id }, body: fields, principal }) => {
      const by = principal.account;
      const nowMs = deps.clock();
      const row = await deps.store.transaction((tx) =>
        updateRow(tx, { resource, id, fields, by, nowMs })
      );
      return ok(resource.show(row));
    });
  }
}

function addDeletion<T extends Row, Fields, Shown extends AnyShown>(
  { routes, deps, resource }: Served<T, Fields, Shown>,
): void {
  routes.add({
    method: "delete",
    path: `${resource.path}/{id}`,
    access: "admin",
    name: `delete${resource.name}`,
    tag: resource.tag,
    summary: `Delete one ${resource.noun}`,
    params,
    problems: [409],
    answers: { 204: null },
  }, async ({ params: { id }, principal }) => {
    const by = principal.account;
    const nowMs = deps.clock();
    await refusingDependents(
      () => resource.repository(deps.store).dependents(id),
      `Cannot delete ${resource.noun} ${id}`,
      () =>
        deps.store.transaction((tx) =>
          deleteRow(tx, { resource, id, by, nowMs })
        ),
    );
    return DONE;
  });
}
