/** The windows of a schedule: entries, and the overrides that beat them. */
import { z } from "@hono/zod-openapi";
import {
  addEntry,
  changeEntry,
  demandEntry,
  demandSchedule,
  removeEntry,
  shownEntry,
} from "../app/schedules/schedule_entries.ts";
import { invalid } from "../app/refused_error.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import {
  changeOf,
  id,
  idText,
  instant,
  shownTime,
  time,
} from "../app/fields.ts";
import { rangeOf } from "./schedules.ts";

const fields = {
  responder_id: id,
  replaces_responder_id: id.nullable().openapi({
    description:
      "Of an override: the one person whose place the responder takes, wherever that person is on call in the window; null: the responder is on call in it instead of everybody.",
  }),
  starts_at: instant,
  ends_at: instant,
};

const NewEntry = z.object({
  ...fields,
  kind: z.enum(["entry", "override"]).optional().openapi({
    description: "The address says it; another one is refused.",
  }),
  replaces_responder_id: fields.replaces_responder_id.default(null),
}).openapi("NewScheduleEntry");
const EntryChange = changeOf(fields).openapi("ScheduleEntryChange");

const EntryDocument = z.object({
  id,
  schedule_id: id,
  responder_id: id,
  replaces_responder_id: id.nullable(),
  kind: z.enum(["entry", "override"]),
  starts_at: time,
  ends_at: time,
  created_at: time,
}).openapi("ScheduleEntry");

const KINDS = [
  {
    kind: "entry",
    path: "entries",
    noun: "entry",
    Noun: "Entry",
    s: "Entries",
  },
  {
    kind: "override",
    path: "overrides",
    noun: "override",
    Noun: "Override",
    s: "Overrides",
  },
] as const;
type Kind = (typeof KINDS)[number];

const tag = "Schedules";
const params = z.object({ id: idText });
const entryParams = params.extend({ entry_id: idText });

/** Adds the same routes for entries and for overrides. */
export function addScheduleEntries(routes: Routes, deps: ApiDeps): void {
  for (const kind of KINDS) {
    addReading(routes, deps, kind);
    addCreation(routes, deps, kind);
    addChanges(routes, deps, kind);
    addDeletion(routes, deps, kind);
  }
}

function addReading(routes: Routes, deps: ApiDeps, kind: Kind): void {
  const { store, clock } = deps;
  const path = pathOf(kind);

  routes.add({
    method: "get",
    path,
    access: "viewer",
    name: `listSchedule${kind.s}`,
    tag,
    summary: `List a schedule's ${kind.path} that touch a range`,
    description: "At most 370 days; by default the next 14.",
    params,
    query: z.object({ from: instant.optional(), to: instant.optional() }),
    answers: {
      200: z.object({ from: time, to: time, items: z.array(EntryDocument) }),
    },
  }, async ({ params, query }) => {
    await demandSchedule(store, params.id);
    const { fromMs, toMs } = rangeOf(query, clock());
    const entries = await store.schedules.entries([params.id], fromMs, toMs);
    return ok({
      from: shownTime(fromMs),
      to: shownTime(toMs),
      items: entries.filter((e) => e.kind === kind.kind).map(shownEntry),
    });
  });

  routes.add(
    {
      method: "get",
      path: `${path}/{entry_id}`,
      access: "viewer",
      name: `getSchedule${kind.Noun}`,
      tag,
      summary: `Read one ${kind.noun}`,
      params: entryParams,
      answers: { 200: EntryDocument },
    },
    async ({ params }) =>
      ok(shownEntry(await demandEntry(store, wanted(params, kind)))),
  );
}

function addCreation(routes: Routes, deps: ApiDeps, kind: Kind): void {
  routes.add({
    method: "post",
    path: pathOf(kind),
    access: "admin",
    name: `createSchedule${kind.Noun}`,
    tag,
    summary: `Add an ${kind.noun}`,
    params,
    body: NewEntry,
    idempotent: true,
    answers: { 201: EntryDocument },
  }, async ({ params, body, principal, c }) => {
    if ((body.kind ?? kind.kind) !== kind.kind) {
      throw invalid(
        "kind",
        `The ${kind.path} of a schedule are made here. Post an ${body.kind} to its own address.`,
      );
    }
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) => {
        const by = principal.account;
        const place = { scheduleId: params.id, kind: kind.kind };
        const entry = { ...place, fields: body, by, nowMs };
        return shownEntry(await addEntry(tx, entry));
      },
    );
    return created(answer.body);
  });
}

function addChanges(routes: Routes, deps: ApiDeps, kind: Kind): void {
  const methods = [
    ["put", "replace", "Replace", NewEntry],
    ["patch", "update", "Change", EntryChange],
  ] as const;
  for (const [method, verb, Verb, body] of methods) {
    routes.add({
      method,
      path: `${pathOf(kind)}/{entry_id}`,
      access: "admin",
      name: `${verb}Schedule${kind.Noun}`,
      tag,
      summary: `${Verb} one ${kind.noun}`,
      params: entryParams,
      body: body as typeof EntryChange,
      answers: { 200: EntryDocument },
    }, async ({ params, body, principal: { account: by } }) => {
      const nowMs = deps.clock();
      const after = await deps.store.transaction(async (tx) => {
        const entry = await demandEntry(tx, wanted(params, kind));
        const fields = {
          responder_id: body.responder_id ?? entry.responderId,
          replaces_responder_id: body.replaces_responder_id === undefined
            ? entry.replacesResponderId
            : body.replaces_responder_id,
          starts_at: body.starts_at ?? entry.startsAtMs,
          ends_at: body.ends_at ?? entry.endsAtMs,
        };
        return await changeEntry(tx, { entry, fields, by, nowMs });
      });
      return ok(shownEntry(after));
    });
  }
}

function addDeletion(routes: Routes, deps: ApiDeps, kind: Kind): void {
  routes.add({
    method: "delete",
    path: `${pathOf(kind)}/{entry_id}`,
    access: "admin",
    name: `deleteSchedule${kind.Noun}`,
    tag,
    summary: `Delete one ${kind.noun}`,
    params: entryParams,
    answers: { 204: null },
  }, async ({ params, principal: { account: by } }) => {
    const nowMs = deps.clock();
    await deps.store.transaction(async (tx) => {
      const entry = await demandEntry(tx, wanted(params, kind));
      await removeEntry(tx, { entry, by, nowMs });
    });
    return DONE;
  });
}

function pathOf(kind: Kind) {
  return `/api/v1/schedules/{id}/${kind.path}` as const;
}

function wanted(params: { id: number; entry_id: number }, { kind }: Kind) {
  return { scheduleId: params.id, entryId: params.entry_id, kind };
}
