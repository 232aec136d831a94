/** One cover request: what is asked, and the buttons that answer it. */
import {
  acceptCoverRequest,
  cancelCoverRequest,
  declineCoverRequest,
} from "../../app/cover/answer_cover_request.ts";
import { membersOf } from "../../app/cover/cover_writing.ts";
import {
  type CoverRequest,
  coverStatusAt,
  isAsked,
} from "../../domain/cover/cover_request.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { Routes } from "../../http/routes.ts";
import { coverWriting } from "./cover_request_form.ts";
import type { WebDeps } from "../deps.ts";
import { formErrors, readPosted } from "../form.ts";
import { coverRows, toneOf, windowWords } from "./load_cover_requests.ts";
import { leaveNotice } from "../notice.ts";
import { showPage } from "../page.ts";
import { found, pathId } from "../posted.ts";
import { shownTime, zoneWords } from "../view/zoned_time.ts";
import { type Viewer, viewerOf } from "../viewer.ts";

const ANSWERS = [
  {
    verb: "accept",
    answer: acceptCoverRequest,
    said: "You have taken it over. The schedule shows you for this time.",
  },
  {
    verb: "decline",
    answer: declineCoverRequest,
    said: "You have declined. Whoever asked is told.",
  },
  {
    verb: "cancel",
    answer: cancelCoverRequest,
    said: "The request is cancelled.",
  },
] as const;

/** Adds `/cover-requests/{id}` and the forms below it. */
export function addCoverRequest(routes: Routes, deps: WebDeps): void {
  routes.page("/cover-requests/{id}", "viewer", async (c: EdgeContext) => {
    const viewer = await viewerOf(c, deps);
    const request = found(
      await deps.store.coverRequests.find(pathId(c)),
      "cover request",
    );
    return showPage(c, deps, {
      template: "cover_requests/one",
      title: "Cover request",
      place: "schedules",
      view: await requestView(deps, request, viewer),
      viewer,
    });
  });

  for (const { verb, answer, said } of ANSWERS) {
    const path = `/cover-requests/{id}/${verb}` as const;
    routes.page(path, "responder", async (c: EdgeContext) => {
      const { viewer } = await readPosted(c, deps);
      const id = pathId(c);
      const writing = coverWriting(c, deps, viewer.view.nowMs);
      try {
        await deps.store.transaction((tx) => answer(tx, id, writing));
        deps.actions.wake();
        leaveNotice(c, { tone: "good", text: said }, deps.config);
      } catch (error) {
        const text = Object.values(formErrors(error, c)).join(" ");
        leaveNotice(c, { tone: "bad", text }, deps.config);
      }
      return c.redirect(`/cover-requests/${id}`, 303);
    }, "post");
  }
}

async function requestView(
  { store }: WebDeps,
  request: CoverRequest,
  { responderId, can, view }: Viewer,
) {
  const schedule = await store.schedules.find(request.scheduleId);
  const memberIds = await membersOf(store, request.scheduleId);
  const status = coverStatusAt(request, view.nowMs);
  const open = status === "open" && can.respond;
  const own = request.requesterId === responderId;
  const [row] = await coverRows(store, [request], view);
  const answerer = request.answeredById === null
    ? null
    : await store.responders.find(request.answeredById);
  return {
    request,
    row,
    schedule,
    status,
    tone: toneOf(status),
    window: windowWords(request, view),
    starts: shownTime(request.startsAtMs, view),
    ends: shownTime(request.endsAtMs, view),
    zone: zoneWords(view),
    answeredBy: answerer?.name ?? "",
    answeredAt: request.answeredAtMs === null
      ? null
      : shownTime(request.answeredAtMs, view),
    may: {
      accept: open && isAsked(request, { responderId, memberIds }),
      decline: open && request.askedId === responderId,
      cancel: open && (own || can.administer),
    },
  };
}
