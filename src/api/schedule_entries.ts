/** The windows of a schedule: entries, and the overrides that beat them. */
import { z } from "@hono/zod-openapi";
import { recordChange } from "../app/record_change.ts";
import { invalid, notFound } from "../app/refused_error.ts";
import type { UserAccount } from "../domain/people.ts";
import type { ScheduleEntry } from "../domain/schedule.ts";
import { created, DONE, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { Repositories } from "../ports/store.ts";
import type { ApiDeps } from "./deps.ts";
import { changeOf, id, idText, instant, shownTime, time } from "./fields.ts";
import { checkResponders } from "../app/references.ts";
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
      ok(shownEntry(await demandEntry(store, { ...params, kind }))),
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
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) => {
        await demandSchedule(tx, params.id);
        const row = { scheduleId: params.id, kind: kind.kind };
        const after = await tx.schedules.insertEntry(
          { ...row, ...await windowOf(tx, body) },
          nowMs,
        );
        const by = principal.account;
        await audit(tx, { verb: "create", by, before: null, after, nowMs });
        return shownEntry(after);
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
        const before = await demandEntry(tx, { ...params, kind });
        const window = await windowOf(tx, {
          responder_id: body.responder_id ?? before.responderId,
          starts_at: body.starts_at ?? before.startsAtMs,
          ends_at: body.ends_at ?? before.endsAtMs,
        });
        const after = await tx.schedules.updateEntry(before.id, window);
        if (!after) throw notFound(kind.noun, before.id);
        await audit(tx, { verb: "update", by, before, after, nowMs });
        return after;
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
      const before = await demandEntry(tx, { ...params, kind });
      await tx.schedules.deleteEntry(before.id);
      await audit(tx, { verb: "delete", by, before, after: null, nowMs });
    });
    return DONE;
  });
}

function pathOf(kind: Kind) {
  return `/api/v1/schedules/{id}/${kind.path}` as const;
}

async function audit(
  tx: Repositories,
  { verb, by, before, after, nowMs }: {
    verb: "create" | "update" | "delete";
    by: UserAccount;
    before: ScheduleEntry | null;
    after: ScheduleEntry | null;
    nowMs: number;
  },
): Promise<void> {
  const entry = after ?? before;
  if (!entry) return;
  await recordChange(tx, {
    by,
    action: `schedule_${entry.kind}.${verb}`,
    objectId: entry.id,
    before: before && shownEntry(before),
    after: after && shownEntry(after),
  }, nowMs);
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
