/** The windows of a schedule: entries, and the overrides that beat them. */
import { z } from "@hono/zod-openapi";
import { recordChange } from "../app/record_change.ts";
import { invalid, notFound } from "../app/refused_error.ts";
import type { ScheduleEntry } from "../domain/schedule.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import type { ApiDeps } from "./directory.ts";
import { changeOf, id, idText, instant, shownTime, time } from "./fields.ts";
import { checkResponders } from "./references.ts";
import { demandSchedule, rangeOf } from "./schedules.ts";

const fields = { responder_id: id, starts_at: instant, ends_at: instant };
type Fields = { responder_id: number; starts_at: number; ends_at: number };

const NewEntry = z.object(fields).openapi("NewScheduleEntry");
const EntryChange = changeOf(fields).openapi("ScheduleEntryChange");

const EntryDocument = z.object({
  id,
  schedule_id: id,
  responder_id: id,
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
    addWriting(routes, deps, kind);
  }
}

function addReading(routes: Routes, deps: ApiDeps, kind: Kind): void {
  const { store, clock } = deps;
  const path = `/api/v1/schedules/{id}/${kind.path}` as const;

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
      ok(shownEntry(await demandEntry(store, { ...params, kind }))),
  );
}

function addWriting(routes: Routes, deps: ApiDeps, kind: Kind): void {
  const { store, clock } = deps;
  const path = `/api/v1/schedules/{id}/${kind.path}` as const;
  const action = (verb: string) => `schedule_${kind.kind}.${verb}` as const;

  routes.add({
    method: "post",
    path,
    access: "admin",
    name: `createSchedule${kind.Noun}`,
    tag,
    summary: `Add an ${kind.noun}`,
    params,
    body: NewEntry,
    idempotent: true,
    answers: { 201: EntryDocument },
  }, async ({ params, body, principal, c }) => {
    const answer = await deps.idempotency.create(
      c,
      clock(),
      async (tx, nowMs) => {
        await demandSchedule(tx, params.id);
        const row = { scheduleId: params.id, kind: kind.kind };
        const entry = await tx.schedules.insertEntry(
          { ...row, ...await windowOf(tx, body) },
          nowMs,
        );
        await recordChange(tx, {
          by: principal.account,
          action: action("create"),
          objectId: entry.id,
          before: null,
          after: shownEntry(entry),
        }, nowMs);
        return shownEntry(entry);
      },
    );
    return created(answer.body);
  });

  for (const method of ["put", "patch"] as const) {
    routes.add({
      method,
      path: `${path}/{entry_id}`,
      access: "admin",
      name: `${method === "put" ? "replace" : "update"}Schedule${kind.Noun}`,
      tag,
      summary: `${method === "put" ? "Replace" : "Change"} one ${kind.noun}`,
      params: entryParams,
      body: (method === "put" ? NewEntry : EntryChange) as typeof EntryChange,
      answers: { 200: EntryDocument },
    }, async ({ params, body, principal }) => {
      const after = await store.transaction(async (tx) => {
        const before = await demandEntry(tx, { ...params, kind });
        const window = await windowOf(tx, {
          responder_id: body.responder_id ?? before.responderId,
          starts_at: body.starts_at ?? before.startsAtMs,
          ends_at: body.ends_at ?? before.endsAtMs,
        });
        const after = await tx.schedules.updateEntry(before.id, window);
        if (!after) throw notFound(kind.noun, before.id);
        await recordChange(tx, {
          by: principal.account,
          action: action("update"),
          objectId: after.id,
          before: shownEntry(before),
          after: shownEntry(after),
        }, clock());
        return after;
      });
      return ok(shownEntry(after));
    });
  }

  routes.add({
    method: "delete",
    path: `${path}/{entry_id}`,
    access: "admin",
    name: `deleteSchedule${kind.Noun}`,
    tag,
    summary: `Delete one ${kind.noun}`,
    params: entryParams,
    answers: { 204: null },
  }, async ({ params, principal }) => {
    await store.transaction(async (tx) => {
      const before = await demandEntry(tx, { ...params, kind });
      await tx.schedules.deleteEntry(before.id);
      await recordChange(tx, {
        by: principal.account,
        action: action("delete"),
        objectId: before.id,
        before: shownEntry(before),
        after: null,
      }, clock());
    });
    return DONE;
  });
}

/** Promises the row's own part, its responder there and its end after its start. */
async function windowOf(
  tx: Repositories,
  { responder_id, starts_at, ends_at }: Fields,
) {
  if (ends_at <= starts_at) {
    throw invalid("ends_at", "Must be later than `starts_at`.");
  }
  await checkResponders(tx, { ids: [responder_id], field: "responder_id" });
  return {
    responderId: responder_id,
    startsAtMs: starts_at,
    endsAtMs: ends_at,
  };
}

async function demandEntry(
  tx: Repositories,
  wanted: { id: number; entry_id: number; kind: Kind },
): Promise<ScheduleEntry> {
  const entry = await tx.schedules.findEntry(wanted.entry_id);
  const { kind } = wanted.kind;
  if (entry?.scheduleId === wanted.id && entry.kind === kind) return entry;
  throw notFound(wanted.kind.noun, wanted.entry_id);
}

function shownEntry(entry: ScheduleEntry) {
  return {
    id: entry.id,
    schedule_id: entry.scheduleId,
    responder_id: entry.responderId,
    kind: entry.kind,
    starts_at: shownTime(entry.startsAtMs),
    ends_at: shownTime(entry.endsAtMs),
    created_at: shownTime(entry.createdAtMs),
  };
}
