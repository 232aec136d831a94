/** What a person does to incidents: forms that post, and lead back to where they were sent from. */
import type { Action } from "../../app/incidents/act.ts";
import { cleanText } from "../../domain/text.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import { Problem } from "../../http/problem.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";
import { type Form, localPath, readPosted } from "../form.ts";
import { demandIncident, showIncident } from "./incident.ts";
import { leaveNotice } from "../notice.ts";
import { counted } from "../view/plural.ts";
import { shortTime } from "../view/zoned_time.ts";
import { actorOf } from "../viewer.ts";

const LONGEST_NOTE = 10_000;
const SNOOZE_MINUTES = { least: 1, most: 30 * 24 * 60 } as const;
const MOST_AT_ONCE = 200;

const DONE = {
  acknowledge: "acknowledged",
  resolve: "resolved",
  reopen: "opened again; paging starts from the first step",
  escalate: "escalated",
} as const;
type Verb = keyof typeof DONE;
const VERBS = Object.keys(DONE) as Verb[];

/** Adds the forms below `/incidents`. */
export function addIncidentActions(routes: Routes, deps: WebDeps): void {
  addBulk(routes, deps);
  for (const verb of VERBS) {
    routes.page(
      `/incidents/{id}/${verb}`,
      "responder",
      async (c: EdgeContext) => {
        const { viewer, form } = await readPosted(c, deps);
        return await doneOrRefused(c, deps, {
          event: { kind: verb, actor: actorOf(viewer) },
          form,
          done: DONE[verb],
        });
      },
      "post",
    );
  }

  routes.page("/incidents/{id}/snooze", "responder", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const minutes = Number(form.text("until"));
    const { least, most } = SNOOZE_MINUTES;
    if (!(minutes >= least && minutes <= most)) {
      throw new Problem(422, "validation_failed", "Choose how long to snooze.");
    }
    const untilMs = viewer.view.nowMs + minutes * 60_000;
    return await doneOrRefused(c, deps, {
      event: { kind: "snooze", untilMs, actor: actorOf(viewer) },
      form,
      done: `snoozed until ${shortTime(untilMs, viewer.view)}`,
    });
  }, "post");

  routes.page(
    "/incidents/{id}/reassign",
    "responder",
    async (c: EdgeContext) => {
      const { viewer, form } = await readPosted(c, deps);
      const responder = await deps.store.responders
        .find(Number(form.text("responder_id")) || 0);
      if (!responder) {
        throw new Problem(422, "validation_failed", "Choose a responder.");
      }
      const { id, name } = responder;
      return await doneOrRefused(c, deps, {
        event: {
          kind: "reassign",
          responderId: id,
          responder: name,
          actor: actorOf(viewer),
        },
        form,
        done: `reassigned to ${name}, who is paged now`,
      });
    },
    "post",
  );

  routes.page("/incidents/{id}/notes", "responder", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const { id } = await demandIncident(c, deps);
    const text = cleanText(form.exact("text"), LONGEST_NOTE);
    if (text === "") {
      return await showIncident(c, deps, {
        status: 422,
        notice: { tone: "bad", text: "Write something in the note." },
      });
    }
    await deps.actions.addNote(id, { text, actor: actorOf(viewer) });
    deps.changes.kick();
    return c.redirect(`/incidents/${id}`, 303);
  }, "post");

  routes.page(
    "/incidents/{id}/pages/{page}/retry",
    "responder",
    async (c: EdgeContext) => {
      const { viewer } = await readPosted(c, deps);
      const { id } = await demandIncident(c, deps);
      const result = await deps.actions.retryNotification(
        Number(c.req.param("page")),
        actorOf(viewer),
      );
      deps.changes.kick();
      leaveNotice(
        c,
        result.ok
          ? { tone: "good", text: "The page is sent again." }
          : { tone: "bad", text: result.message },
        deps.config,
      );
      return c.redirect(`/incidents/${id}`, 303);
    },
    "post",
  );
}

function addBulk(routes: Routes, deps: WebDeps): void {
  routes.page("/incidents/bulk", "responder", async (c: EdgeContext) => {
    const { viewer, form } = await readPosted(c, deps);
    const back = localPath(form.text("back"), "/incidents");
    const kind = form.text("action") === "resolve" ? "resolve" : "acknowledge";
    const ids = [...new Set(form.all("id"))].map(Number)
      .filter(Number.isSafeInteger).slice(0, MOST_AT_ONCE);
    const actor = actorOf(viewer);
    const refusals: string[] = [];
    for (const id of ids) {
      const result = await deps.actions.act(id, { kind, actor });
      if (!result.ok) refusals.push(result.message);
    }
    deps.changes.kick();
    const done = ids.length - refusals.length;
    const text = ids.length === 0
      ? "Select incidents first, then press the button."
      : [`${counted(done, "incident")} ${DONE[kind]}.`, ...refusals.slice(0, 3)]
        .join(" ");
    const tone = done === ids.length && done > 0 ? "good" : "bad";
    leaveNotice(c, { tone, text }, deps.config);
    return c.redirect(back, 303);
  }, "post");
}

async function doneOrRefused(
  c: EdgeContext,
  deps: WebDeps,
  { event, form, done }: { event: Action; form: Form; done: string },
): Promise<Response> {
  const { id } = await demandIncident(c, deps);
  const result = await deps.actions.act(id, event);
  deps.changes.kick();
  if (!result.ok) {
    return await showIncident(c, deps, {
      status: result.status,
      notice: { tone: "bad", text: result.message },
    });
  }
  const text = `Incident ${id} is ${done}.`;
  leaveNotice(c, { tone: "good", text }, deps.config);
  return c.redirect(localPath(form.text("back"), `/incidents/${id}`), 303);
}
