/** What is said to people about a request to cover for somebody. */
import type { CoverRequest } from "./cover_request.ts";
import { dayAndTime } from "../notices/handoff_notice.ts";
import type { NoticeDraft } from "../notices/notice.ts";
import { cleanLine } from "../text.ts";

export interface CoverWording {
  request: CoverRequest;
  scheduleName: string;
  /** Of everybody who is named, by id. */
  names: ReadonlyMap<number, string>;
  /** IANA names by responder. */
  timeZones: ReadonlyMap<number, string>;
  /** The request's page. */
  link: string;
  nowMs: number;
}

/** Promises the notice to one who is asked. */
export function coverAskedDraft(
  responderId: number,
  wording: CoverWording,
): NoticeDraft {
  const { request } = wording;
  const who = nameOf(request.requesterId, wording);
  const note = cleanLine(request.note, 300);
  return {
    ...common(responderId, wording),
    dedupKey: `cover:${request.id}:asked:${responderId}`,
    about: { kind: "cover_asked", coverRequestId: request.id },
    subject: `${who} asks you to cover ${scheduleName(wording)}`,
    text: `${who} asks you to cover ${windowWords(responderId, wording)}.${
      note === "" ? "" : ` "${note}"`
    }`,
  };
}

/** Promises the notice to who asked, of what became of the request: accepted or declined, by whom. */
export function coverAnsweredDraft(wording: CoverWording): NoticeDraft {
  const { request } = wording;
  const { id, requesterId, answeredById, status } = request;
  const who = answeredById === null
    ? "Somebody"
    : nameOf(answeredById, wording);
  const window = windowWords(requesterId, wording);
  const said = status === "accepted"
    ? `${who} covers ${window}. You are off call then.`
    : `${who} cannot cover ${window}. You are still on call then.`;
  return {
    ...common(requesterId, wording),
    dedupKey: `cover:${id}:answered`,
    about: { kind: "cover_answered", coverRequestId: id },
    subject: status === "accepted"
      ? `${who} covers your time on ${scheduleName(wording)}`
      : `${who} cannot cover your time on ${scheduleName(wording)}`,
    text: said,
  };
}

function common(responderId: number, { request, link, nowMs }: CoverWording) {
  // Of use until the time that it is about is over.
  const expiresAtMs = Math.max(request.endsAtMs, nowMs + 1);
  return { responderId, link, dueAtMs: nowMs, expiresAtMs };
}

function windowWords(responderId: number, wording: CoverWording): string {
  const { request, timeZones } = wording;
  const zone = timeZones.get(responderId) ?? "UTC";
  const from = dayAndTime(request.startsAtMs, zone);
  const to = dayAndTime(request.endsAtMs, zone);
  return `${scheduleName(wording)} from ${from} to ${to} (${zone})`;
}

function scheduleName({ scheduleName }: CoverWording): string {
  return cleanLine(scheduleName, 40);
}

function nameOf(id: number, { names }: CoverWording): string {
  return cleanLine(names.get(id) ?? "", 40) || "Somebody";
}
