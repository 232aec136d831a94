/** A calendar before it is saved: what was understood, who is meant by which name, and what it would change. */
import {
  CalendarName,
  demandDraft,
  MOST_EXPLAINED,
  readDraft,
  saveDraft,
} from "../../app/calendars/calendar_drafts.ts";
import { id, line } from "../../app/fields.ts";
import { invalid } from "../../app/refused_error.ts";
import { z } from "zod";
import type { NamedPerson } from "../../domain/calendars/calendar.ts";
import { draftPlan } from "../../domain/schedules/draft_plan.ts";
import type {
  Schedule,
  ScheduleLayer,
} from "../../domain/schedules/schedule.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import type { CalendarDraft } from "../../ports/calendar_draft_repository.ts";
import type { CalendarReading } from "../../ports/calendar_repositories.ts";
import type { WebDeps } from "../deps.ts";
import { type Form, type FormErrors, formErrors, readPosted } from "../form.ts";
import { choices, everyRow } from "../load_names.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { found, parseFields, pathId } from "../posted.ts";
import { loadPreview } from "../schedules/schedule_preview.ts";
import {
  type Answer,
  answered,
  answersIn,
  NOBODY,
  questionsOf,
} from "../view/calendars/calendar_draft.ts";
import {
  nameRows,
  nextShifts,
  understoodWords,
} from "../view/calendars/calendar_report.ts";
import { zoneWords } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const PATH = "/schedules/{id}/calendars/drafts/{draft}";
/** An id that no layer has: the draft of one that is not there yet. */
const NO_ID = 0;

const Another = z.object({
  another_text: line(200),
  another_responder_id: z.union([z.literal(NOBODY), id]),
});

interface Shown {
  schedule: Schedule;
  draft: CalendarDraft;
  errors?: FormErrors;
  /** What was typed about one more name. */
  another?: { text: string; responder_id: string };
}

/** Adds the page of a draft, and the posts that change, save and forget it. */
export function addCalendarDraft(routes: Routes, deps: WebDeps): void {
  routes.page(PATH, "admin", async (c: EdgeContext) => {
    return await show(c, deps, await demand(c, deps));
  });

  routes.page(PATH, "admin", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { schedule, draft } = await demand(c, deps);
    const by = c.get("principal").account;
    const { nowMs } = viewer.view;
    try {
      const changed = found(
        await deps.store.calendarDrafts.update(
          draft.id,
          changesIn(form, draft),
        ),
        "draft of a calendar",
      );
      if (form.text("do") !== "save") {
        return c.redirect(`${pathOf(schedule, draft)}#preview`, 303);
      }
      const { layer } = await saveDraft(deps.store, changed, { by, nowMs });
      const text = `${layer.name} is saved.`;
      leaveNotice(c, { tone: "good", text }, deps.config);
      return c.redirect(`/schedules/${schedule.id}#layer-${layer.id}`, 303);
    } catch (error) {
      const errors = formErrors(error, c);
      return await show(c, deps, {
        ...{ schedule, errors },
        draft: {
          ...draft,
          name: form.text("name"),
          belowLayerId: belowIn(form),
          people: answered(draft.people, answersIn(form)).filter(isAnswer),
        },
        another: {
          text: form.text("another_text"),
          responder_id: form.text("another_responder_id"),
        },
      });
    }
  }, "post");

  routes.page(`${PATH}/delete`, "admin", async (c: EdgeContext) => {
    await readPosted(c, deps);
    const { schedule, draft } = await demand(c, deps);
    await deps.store.calendarDrafts.delete(draft.id);
    const text = "Thrown away. Nothing was changed.";
    leaveNotice(c, { tone: "plain", text }, deps.config);
    return c.redirect(`/schedules/${schedule.id}`, 303);
  }, "post");
}

async function demand(c: EdgeContext, { store }: WebDeps): Promise<Shown> {
  const schedule = found(await store.schedules.find(pathId(c)), "schedule");
  const draft = await demandDraft(store, {
    scheduleId: schedule.id,
    draftId: pathId(c, "draft"),
    by: c.get("principal").account,
  });
  return { schedule, draft };
}

/** Promises what the form makes of the draft; throws a refusal that names the field. */
function changesIn(form: Form, draft: CalendarDraft) {
  const { name } = parseFields(CalendarName, { name: form.text("name") });
  const people = answered(draft.people, [
    ...answersIn(form),
    ...anotherIn(form),
  ]);
  if (!people.every(isAnswer)) {
    throw invalid("people", "Choose somebody of the list for each name.");
  }
  if (people.length > MOST_EXPLAINED) {
    throw invalid("another_text", `At most ${MOST_EXPLAINED} names.`);
  }
  return { name, people, belowLayerId: belowIn(form) };
}

/** One more name, where one was typed. */
function anotherIn(form: Form): Answer[] {
  const text = form.text("another_text");
  const value = form.text("another_responder_id");
  if (text === "") return [];
  parseFields(Another, {
    another_text: text,
    another_responder_id: value === NOBODY ? NOBODY : Number(value),
  });
  return [{ text, value }];
}

function belowIn(form: Form): number | null {
  const id = Number(form.text("below_layer_id"));
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

function isAnswer({ responderId: id }: NamedPerson): boolean {
  return id === null || (Number.isSafeInteger(id) && id > 0);
}

async function show(
  c: EdgeContext,
  deps: WebDeps,
  { schedule, draft, errors = {}, another }: Shown,
): Promise<Response> {
  const viewer = await viewerOf(c, deps);
  const reading = await readDraft(deps.store, draft, viewer.view.nowMs);
  const people = await everyRow(deps.store.responders);
  const layers = await deps.store.schedules.layers(schedule.id);
  const there = { nowMs: viewer.view.nowMs, timeZone: schedule.timeZone };
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const { report } = reading;
  const isNew = draft.layerId === null;
  return showPage(c, deps, {
    template: "schedules/calendar_draft",
    title: isNew ? "Import a calendar" : `Change ${draft.name}`,
    place: "schedules",
    viewer,
    status: Object.keys(errors).length > 0 ? 422 : 200,
    view: {
      ...{ schedule, draft, report, errors, isNew },
      action: pathOf(schedule, draft),
      back: draftBack(schedule, draft),
      understood: understoodWords(report),
      questions: questionsOf(report, draft.people),
      another: another ?? { text: "", responder_id: "" },
      people: [
        { value: NOBODY, label: "Nobody, on purpose" },
        ...choices(people),
      ],
      names: nameRows(report.names.filter(({ by }) => by !== "mapping"), names),
      places: isNew ? placesAmong(layers) : [],
      zone: zoneWords(there),
      shifts: nextShifts(reading.windows, { names, there }),
      preview: await previewOf(deps, { schedule, draft, reading, viewer }),
    },
  });
}

function previewOf(
  deps: WebDeps,
  { schedule, draft, reading, viewer }: {
    schedule: Schedule;
    draft: CalendarDraft;
    reading: CalendarReading;
    viewer: Viewer;
  },
) {
  const layer = {
    id: draft.layerId ?? NO_ID,
    name: draft.name,
    kind: "calendar",
    windows: reading.windows,
  } as const;
  return loadPreview(deps, {
    ...{ schedule, viewer },
    change: (plan) =>
      draftPlan(
        plan,
        draft.layerId === null
          ? { kind: "add", layer, below: draft.belowLayerId }
          : { kind: "change", layer },
      ),
  });
}

/** Where a new layer may lie, the uppermost first. */
function placesAmong(layers: readonly ScheduleLayer[]) {
  return [
    { value: "", label: "On top: it decides before all the others" },
    ...layers.toReversed().map(({ id, name }) => ({
      value: String(id),
      label: `Below ${name}`,
    })),
  ];
}

function draftBack({ id }: Schedule, { layerId }: CalendarDraft): string {
  return layerId === null
    ? `/schedules/${id}/calendars/new`
    : `/schedules/${id}/calendars/${layerId}`;
}

function pathOf(schedule: Schedule, { id }: CalendarDraft): string {
  return `/schedules/${schedule.id}/calendars/drafts/${id}`;
}
