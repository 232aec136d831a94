/** Asking to be covered for, in the schedule's own zone. */
import { askForCover } from "../../app/cover/ask_for_cover.ts";
import { NewCoverRequestFields } from "../../app/cover/cover_request_fields.ts";
import type { CoverWriting } from "../../app/cover/cover_writing.ts";
import { invalid } from "../../app/refused_error.ts";
import type { Schedule } from "../../domain/schedules/schedule.ts";
import { type Edge, wallClockOf } from "../../domain/time/wall_clock.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { type Form, type FormErrors, formErrors, readPosted } from "../form.ts";
import { choices, everyRow } from "../load_names.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { found, parseFields, pathId } from "../posted.ts";
import { readWallClock } from "../view/wall_clock_field.ts";
import { zoneWords } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

interface Values {
  requester_id: string;
  asked_responder_id: string;
  starts_at: string;
  ends_at: string;
  note: string;
}

const PATH = "/schedules/{id}/cover-requests/new";
const note = NewCoverRequestFields.pick({ note: true });

/** Adds `/schedules/{id}/cover-requests/new`. */
export function addCoverRequestForm(routes: Routes, deps: WebDeps): void {
  routes.page(PATH, "responder", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const schedule = await demandSchedule(c, deps);
    const values = proposed(c, schedule, viewer);
    return show(c, deps, { schedule, viewer, values });
  });

  routes.page(PATH, "responder", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const schedule = await demandSchedule(c, deps);
    const values = valuesOf(form, viewer);
    try {
      const { wanted, remarks } = read(values, schedule);
      const writing = coverWriting(c, deps, viewer.view.nowMs);
      const request = await deps.store.transaction((tx) =>
        askForCover(tx, wanted, writing)
      );
      deps.actions.wake();
      const text = [
        "Asked. You are on call until somebody takes it.",
        ...remarks,
      ]
        .join(" ");
      leaveNotice(c, { tone: "good", text }, deps.config);
      return c.redirect(`/cover-requests/${request.id}`, 303);
    } catch (error) {
      const errors = formErrors(error, c);
      return show(c, deps, { schedule, viewer, values, errors });
    }
  }, "post");
}

/** Promises who answers or asks, for the use cases. */
export function coverWriting(
  c: EdgeContext,
  { newId, config: { sendingEnabled, baseUrl } }: WebDeps,
  nowMs: number,
): CoverWriting {
  const { account, role } = c.get("principal");
  const engine = { newId, sendingEnabled, baseUrl };
  return { engine, by: { account, role }, nowMs };
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { schedule, viewer, values, errors = {} }: {
    schedule: Schedule;
    viewer: Viewer;
    values: Values;
    errors?: FormErrors;
  },
): Promise<Response> {
  const people = await everyRow(deps.store.responders);
  const others = people.filter(({ id }) => String(id) !== values.requester_id);
  return showPage(c, deps, {
    template: "cover_requests/form",
    title: "Ask somebody to cover",
    place: "schedules",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      ...{ schedule, values, errors },
      zone: zoneWords({ ...viewer.view, timeZone: schedule.timeZone }),
      people: choices(people),
      others: choices(others, "Anybody in the team"),
    },
  });
}

/** Promises what is asked, and what the clock did to the times that were typed; throws a refusal that names the field. */
function read(values: Values, { id: scheduleId, timeZone }: Schedule) {
  const clock = (name: "starts_at" | "ends_at", edge: Edge) => {
    const at = readWallClock(values[name], { timeZone, edge });
    if (at) return at;
    throw invalid(name, "A day and a time, as 2026-11-23 09:00.");
  };
  const starts = clock("starts_at", "start");
  const ends = clock("ends_at", "end");
  return {
    wanted: {
      scheduleId,
      requesterId: idOf(values.requester_id, "requester_id"),
      askedId: values.asked_responder_id === ""
        ? null
        : idOf(values.asked_responder_id, "asked_responder_id"),
      startsAtMs: starts.atMs,
      endsAtMs: ends.atMs,
      ...parseFields(note, { note: values.note }),
    },
    remarks: [starts.remark, ends.remark].filter((remark) => remark !== ""),
  };
}

function idOf(text: string, field: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw invalid(field, "Choose a person.");
}

/** What a link asks for, else from the next full hour until the same hour a day later. */
function proposed(
  c: EdgeContext,
  { timeZone }: Schedule,
  { responderId, view }: Viewer,
): Values {
  const next = Temporal.Instant.fromEpochMilliseconds(view.nowMs)
    .toZonedDateTimeISO(timeZone).round({
      smallestUnit: "hour",
      roundingMode: "ceil",
    });
  const wall = (at: Temporal.ZonedDateTime) =>
    wallClockOf(at.epochMilliseconds, timeZone);
  return {
    requester_id: String(responderId),
    asked_responder_id: "",
    starts_at: c.req.query("from") ?? wall(next),
    ends_at: c.req.query("to") ?? wall(next.add({ days: 1 })),
    note: "",
  };
}

async function demandSchedule(
  c: EdgeContext,
  { store }: WebDeps,
): Promise<Schedule> {
  return found(await store.schedules.find(pathId(c)), "schedule");
}

/** The field "for whom" is there for admins only. */
function valuesOf(form: Form, { responderId }: Viewer): Values {
  return {
    requester_id: form.text("requester_id") || String(responderId),
    asked_responder_id: form.text("asked_responder_id"),
    starts_at: form.text("starts_at"),
    ends_at: form.text("ends_at"),
    note: form.text("note"),
  };
}
