/** Where a calendar comes from: an address, a file or a text. What is sent is read once and looked at before it is saved. */
import {
  CalendarName,
  draftCalendar,
} from "../../app/calendars/calendar_drafts.ts";
import type { GivenCalendar } from "../../app/calendars/read_calendar.ts";
import { invalid } from "../../app/refused_error.ts";
import {
  CALENDAR_TOO_LONG,
  isTooLong,
  LONGEST_CALENDAR_BYTES,
} from "../../domain/calendars/calendar_limit.ts";
import type { Schedule } from "../../domain/schedules/schedule.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { decodeText } from "../../http/read_body.ts";
import type { CalendarOfLayer } from "../../ports/calendar_repositories.ts";
import { demandCalendarLayer } from "./calendar_layer.ts";
import type { WebDeps } from "../deps.ts";
import { type Form, type FormErrors, formErrors, readPosted } from "../form.ts";
import { showPage } from "../page.ts";
import { found, parseFields, pathId } from "../posted.ts";
import { viewerOf } from "../viewer.ts";

/** The text, with line ends as browsers send them, and the other fields. */
const UPLOAD = {
  bytes: LONGEST_CALENDAR_BYTES * 1.25,
  message: CALENDAR_TOO_LONG,
};
const LONGEST_URL = 2_000;
const LONGEST_FILE_NAME = 100;
const PASTED = "Pasted text";

interface Values {
  name: string;
  url: string;
  content: string;
}

interface Shown {
  schedule: Schedule;
  layer: CalendarOfLayer | null;
  values: Values;
  errors?: FormErrors;
}

/** Adds the forms at `/schedules/{id}/calendars/new` and `/schedules/{id}/calendars/{layer}/replace`. */
export function addCalendarSourceForm(routes: Routes, deps: WebDeps): void {
  addForm(routes, deps, {
    path: "/schedules/{id}/calendars/new",
    demand: async (c) => ({
      schedule: found(await deps.store.schedules.find(pathId(c)), "schedule"),
      layer: null,
    }),
  });
  addForm(routes, deps, {
    path: "/schedules/{id}/calendars/{layer}/replace",
    demand: (c) => demandCalendarLayer(c, deps),
  });
}

function addForm(
  routes: Routes,
  deps: WebDeps,
  { path, demand }: {
    path: `/${string}`;
    demand(c: EdgeContext): Promise<Pick<Shown, "schedule" | "layer">>;
  },
): void {
  routes.page(path, "admin", async (c: EdgeContext) => {
    const { schedule, layer } = await demand(c);
    const values = { name: layer?.layer.name ?? "", url: "", content: "" };
    return show(c, deps, { schedule, layer, values });
  });

  routes.page(path, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps, UPLOAD);
    const { schedule, layer } = await demand(c);
    const values = valuesOf(form);
    const file = form.file("file");
    try {
      const { id } = await draftCalendar(deps, {
        ...{ scheduleId: schedule.id, layer },
        name: parseFields(CalendarName, { name: values.name }).name,
        given: await givenOf(values, file),
        by: c.get("principal").account,
        nowMs: viewer.view.nowMs,
      });
      return c.redirect(
        `/schedules/${schedule.id}/calendars/drafts/${id}`,
        303,
      );
    } catch (error) {
      const errors = formErrors(error, c);
      return show(c, deps, {
        ...{ schedule, layer, values },
        errors: file ? fromFile(errors) : errors,
      });
    }
  }, "post");
}

/** Promises the one that was given; throws a refusal for none, for several, and for too much of one. */
async function givenOf(
  { url, content }: Values,
  file: File | null,
): Promise<GivenCalendar> {
  const given = [url, content, file].filter((one) =>
    one !== "" && one !== null
  );
  if (given.length !== 1) {
    throw invalid(
      "url",
      given.length === 0
        ? "Give an address, a file or a text."
        : "Give an address, a file or a text, not several of them.",
    );
  }
  if (url.length > LONGEST_URL) {
    throw invalid("url", `At most ${LONGEST_URL} characters.`);
  }
  if (url !== "") return { kind: "url", url };
  const text = file
    ? decodeText(new Uint8Array(await file.arrayBuffer()))
    : content;
  if (isTooLong(text)) throw invalid("content", CALENDAR_TOO_LONG);
  return { kind: "file", name: file ? fileName(file) : PASTED, text };
}

/** As the browser calls it, fit to be shown in a line. */
function fileName({ name }: File): string {
  return name.replaceAll(/[\s\p{Cc}]+/gu, " ").trim().slice(
    0,
    LONGEST_FILE_NAME,
  )
    .toWellFormed() || "calendar.ics";
}

/** What is wrong with the text is said beside the field that it came from. */
function fromFile({ content, ...errors }: FormErrors): FormErrors {
  return content === undefined ? errors : { ...errors, file: content };
}

function valuesOf(form: Form): Values {
  return {
    name: form.text("name"),
    url: form.text("url"),
    content: form.text("content"),
  };
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { schedule, layer, values, errors = {} }: Shown,
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const path = `/schedules/${schedule.id}`;
  return showPage(c, deps, {
    template: "schedules/calendar_source",
    title: layer ? `Replace ${layer.layer.name}` : "Import a calendar",
    place: "schedules",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      ...{ schedule, path, values, errors },
      layer: layer && {
        id: layer.layer.id,
        name: layer.layer.name,
        shown: layer.calendar.origin.shown,
        kind: layer.calendar.origin.kind,
      },
      action: layer
        ? `${path}/calendars/${layer.layer.id}/replace`
        : `${path}/calendars/new`,
    },
  });
}
