/** Cover requests as screens show them: who asks whom, for which time, and what became of it. */
import {
  type CoverRequest,
  coverStatusAt,
} from "../../domain/cover/cover_request.ts";
import type { Store } from "../../ports/store.ts";
import { strongNames, type Words } from "../view/words.ts";
import { shortTime, type Viewpoint } from "../view/zoned_time.ts";
import type { Viewer } from "../viewer.ts";

const MOST_SHOWN = 20;

/** One request in a list, for the template `parts/cover_requests`. */
export interface CoverRow {
  id: number;
  href: string;
  /** As "Maya asks the team to cover Payments primary". */
  words: Words;
  /** As "Fri 18:00 to Sat 09:00". */
  window: string;
  /** A word, and how it is tinted. */
  status: string;
  tone: "good" | "busy" | "plain";
}

/** Promises the open requests that the viewer made or was asked. */
export async function ownCoverRows(
  store: Store,
  { responderId, view }: Viewer,
): Promise<CoverRow[]> {
  const open = await store.coverRequests
    .openFor(responderId, view.nowMs, MOST_SHOWN);
  return await coverRows(store, open, view);
}

/** Promises the open requests on the schedule. */
export async function scheduleCoverRows(
  store: Store,
  { scheduleId, view }: { scheduleId: number; view: Viewpoint },
): Promise<CoverRow[]> {
  const open = await store.coverRequests
    .openOn(scheduleId, view.nowMs, MOST_SHOWN);
  return await coverRows(store, open, view);
}

/** Promises a row for each. */
export async function coverRows(
  store: Store,
  requests: readonly CoverRequest[],
  view: Viewpoint,
): Promise<CoverRow[]> {
  if (requests.length === 0) return [];
  const ids = requests.flatMap(({ requesterId, askedId }) =>
    askedId === null ? [requesterId] : [requesterId, askedId]
  );
  const people = await store.responders.reachable([...new Set(ids)]);
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const schedules = new Map<number, string>();
  for (const id of new Set(requests.map(({ scheduleId }) => scheduleId))) {
    schedules.set(id, (await store.schedules.find(id))?.name ?? "");
  }
  return requests.map((request) => {
    const status = coverStatusAt(request, view.nowMs);
    return {
      id: request.id,
      href: `/cover-requests/${request.id}`,
      words: askWords(request, names, schedules.get(request.scheduleId) ?? ""),
      window: windowWords(request, view),
      status,
      tone: toneOf(status),
    };
  });
}

/** Promises the window, as "Fri 18:00 to Sat 09:00". */
export function windowWords(
  { startsAtMs, endsAtMs }: Pick<CoverRequest, "startsAtMs" | "endsAtMs">,
  view: Viewpoint,
): string {
  return `${shortTime(startsAtMs, view)} to ${shortTime(endsAtMs, view)}`;
}

/** Promises how a status is tinted. */
export function toneOf(status: CoverRequest["status"]): CoverRow["tone"] {
  return status === "open" ? "busy" : status === "accepted" ? "good" : "plain";
}

function askWords(
  { requesterId, askedId }: CoverRequest,
  names: ReadonlyMap<number, string>,
  schedule: string,
): Words {
  const name = (id: number) =>
    strongNames([names.get(id) ?? "somebody who is gone"]);
  return [
    ...name(requesterId),
    " asks ",
    ...askedId === null ? ["the team"] : name(askedId),
    " to cover ",
    { said: schedule },
  ];
}
