/** Calendars that are kept elsewhere, as layers of schedules. */
import { z } from "@hono/zod-openapi";
import {
  addCalendar,
  demandCalendar,
  namePeople,
  prepareCalendar,
  shownCalendar,
  shownReport,
} from "../app/calendars/calendars.ts";
import {
  CalendarName,
  MOST_EXPLAINED,
} from "../app/calendars/calendar_drafts.ts";
import { id, idText, line, time } from "../app/fields.ts";
import type { GivenCalendar } from "../app/calendars/read_calendar.ts";
import { askForRefresh } from "../app/calendars/refresh_calendar.ts";
import { invalid } from "../app/refused_error.ts";
import { demandSchedule } from "../app/schedules/schedule_entries.ts";
import {
  CALENDAR_TOO_LONG,
  isTooLong,
} from "../domain/calendars/calendar_limit.ts";
import { created, ok } from "../http/route_spec.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";

const tag = "Calendars";
const path = "/api/v1/schedules/{id}/calendars";
const params = z.object({ id: idText });
const layerParams = params.extend({ layer_id: idText });
// JSON writes a line's end in four bytes, and may write a letter of two bytes in six.
const BODY_LIMIT = { bytes: 6 * 1024 * 1024, message: CALENDAR_TOO_LONG };
const SHOWN_DAYS_MS = 28 * 86_400_000;

const People = z.array(
  z.object({ text: line(200), responder_id: id.nullable() }),
)
  .max(MOST_EXPLAINED, `At most ${MOST_EXPLAINED} names.`).openapi({
    description:
      "Whom events with this text put on call; null: nobody, on purpose.",
  });

const Report = z.object({
  events: z.int(),
  matched: z.int().openapi({ description: "Events that put people on call." }),
  ignored: z.int().openapi({
    description: "Events that `people` says to stand for nobody.",
  }),
  names: z.array(z.object({
    text: z.string(),
    by: z.enum(["mapping", "email", "name"]),
    responder_ids: z.array(id),
    events: z.int(),
  })).openapi({
    description:
      "What was understood, and by what: `people`, an attendee's address, or a name in the title. The 100 most frequent.",
  }),
  more_names: z.int(),
  unknown: z.array(z.object({ text: z.string(), events: z.int() })).openapi({
    description: "What names nobody, the 100 most frequent.",
  }),
  more_unknown: z.int(),
  remarks: z.array(z.string()).openapi({
    description: "What was left out, and why.",
  }),
}).openapi("CalendarReport");

const CalendarDocument = z.object({
  id,
  schedule_id: id,
  position: z.int(),
  kind: z.string(),
  name: z.string(),
  origin: z.enum(["url", "file"]),
  shown_origin: z.string().openapi({
    description: "The host, or the file's name; never the whole address.",
  }),
  people: z.array(z.object({ text: z.string(), responder_id: id.nullable() })),
  read_at: time.nullable(),
  next_read_at: time,
  problem: z.object({ message: z.string(), since: time }).nullable().openapi({
    description: "Since then what was read before is used.",
  }),
  report: Report,
  created_at: time,
  updated_at: time,
}).openapi("Calendar");

const NewCalendar = CalendarName.extend({
  url: z.string().max(2_000, "At most 2,000 characters.").optional(),
  content: z.string().refine((text) => !isTooLong(text), CALENDAR_TOO_LONG)
    .optional().openapi({
      description:
        "An iCalendar file's text, instead of `url`; at most 2,000,000 bytes in UTF-8.",
    }),
  file_name: line(100).default("calendar.ics"),
  people: People.default([]),
}).openapi("NewCalendar");

export function addCalendars(routes: Routes, deps: ApiDeps): void {
  addReading(routes, deps);
  addPreview(routes, deps);
  addCreation(routes, deps);
  addChanges(routes, deps);
}

function addReading(routes: Routes, { store }: ApiDeps): void {
  routes.add({
    method: "get",
    path,
    access: "viewer",
    name: "listCalendars",
    tag,
    summary: "List the calendars among a schedule's layers",
    params,
    answers: { 200: z.object({ items: z.array(CalendarDocument) }) },
  }, async ({ params }) => {
    await demandSchedule(store, params.id);
    const found = await store.calendars.list(params.id);
    return ok({ items: found.map(shownCalendar) });
  });
}

function addPreview(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path: `${path}/preview`,
    access: "admin",
    name: "previewCalendar",
    tag,
    summary: "Read a calendar and tell what was understood; nothing is saved",
    params,
    body: NewCalendar,
    bodyLimit: BODY_LIMIT,
    answers: {
      200: z.object({
        report: Report,
        shifts: z.array(
          z.object({ responder_id: id, starts_at: time, ends_at: time }),
        ).openapi({ description: "Of the next 28 days." }),
      }),
    },
  }, async ({ params, body }) => {
    const nowMs = deps.clock();
    const { reading } = await prepareCalendar(deps, {
      ...{ scheduleId: params.id, given: givenOf(body), nowMs },
      people: peopleOf(body.people),
    });
    const shown = reading.windows.filter(({ startsAtMs, endsAtMs }) =>
      endsAtMs > nowMs && startsAtMs < nowMs + SHOWN_DAYS_MS
    );
    return ok({
      report: shownReport(reading.report),
      shifts: shown.map((one) => ({
        responder_id: one.responderId,
        starts_at: new Date(one.startsAtMs).toISOString(),
        ends_at: new Date(one.endsAtMs).toISOString(),
      })),
    });
  });
}

function addCreation(routes: Routes, deps: ApiDeps): void {
  routes.add({
    method: "post",
    path,
    access: "admin",
    name: "createCalendar",
    tag,
    summary: "Add a calendar on top of the other layers",
    description:
      "A calendar at an address is read again every 15 minutes. Events name responders by e-mail address or name; `people` says who is meant where they do not.",
    params,
    body: NewCalendar,
    bodyLimit: BODY_LIMIT,
    idempotent: true,
    answers: { 201: CalendarDocument },
  }, async ({ params, body, principal: { account: by }, c }) => {
    const scheduleId = params.id;
    const prepared = await prepareCalendar(deps, {
      ...{ scheduleId, given: givenOf(body), nowMs: deps.clock() },
      people: peopleOf(body.people),
    });
    const { name } = body;
    const answer = await deps.idempotency.create(
      c,
      deps.clock(),
      async (tx, nowMs) =>
        shownCalendar(
          await addCalendar(tx, { scheduleId, name, prepared, by, nowMs }),
        ),
    );
    return created(answer.body);
  });
}

function addChanges(routes: Routes, deps: ApiDeps): void {
  const { store, clock } = deps;
  routes.add({
    method: "put",
    path: `${path}/{layer_id}/people`,
    access: "admin",
    name: "setCalendarPeople",
    tag,
    summary: "Say who is meant by names that are not understood",
    params: layerParams,
    body: z.object({ people: People }),
    answers: { 200: CalendarDocument },
  }, async ({ params, body, principal: { account: by } }) => {
    const place = { scheduleId: params.id, layerId: params.layer_id };
    const people = peopleOf(body.people);
    const change = { ...place, people, by, nowMs: clock() };
    return ok(shownCalendar(await namePeople(store, change)));
  });

  routes.add({
    method: "post",
    path: `${path}/{layer_id}/refresh`,
    access: "admin",
    name: "refreshCalendar",
    tag,
    summary: "Read the calendar again now",
    description: "Where that fails, `problem` says why and since when.",
    params: layerParams,
    answers: { 200: CalendarDocument },
  }, async ({ params, principal: { account: by } }) => {
    const place = { scheduleId: params.id, layerId: params.layer_id };
    const calendar = await demandCalendar(store, place);
    return ok(shownCalendar(await askForRefresh(deps, calendar, by)));
  });
}

function givenOf(
  { url, content, file_name }: z.output<typeof NewCalendar>,
): GivenCalendar {
  if (url !== undefined && content === undefined) return { kind: "url", url };
  if (content !== undefined && url === undefined) {
    return { kind: "file", name: file_name, text: content };
  }
  throw invalid("url", "Give either `url` or `content`.");
}

function peopleOf(people: z.output<typeof People>) {
  return people.map(({ text, responder_id }) => ({
    text,
    responderId: responder_id,
  }));
}
