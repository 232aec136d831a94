/** Shifts and the people in them, as the API shows them. */
import { z } from "@hono/zod-openapi";
import { id, shownTime, time } from "../app/fields.ts";
import type { Shift } from "../domain/schedules/schedule.ts";
import type { Repositories } from "../ports/store.ts";

export const OnDuty = z.array(z.object({ id, name: z.string() }));

export const ShiftDocument = z.object({
  starts_at: time,
  ends_at: time,
  responders: OnDuty,
  overridden: z.boolean().openapi({ description: "An override decides." }),
}).openapi("Shift");

/** From a responder's id to the name. */
export type Names = ReadonlyMap<number, string>;

/** Promises the names of those that exist, however often an id comes. */
export async function namesOf(
  store: Pick<Repositories, "responders">,
  ids: readonly number[],
): Promise<Names> {
  const found = await store.responders.reachable([...new Set(ids)]);
  return new Map(found.map((responder) => [responder.id, responder.name]));
}

export function shownPeople(ids: readonly number[], names: Names) {
  return ids.map((id) => ({ id, name: names.get(id) ?? "" }));
}

export function shownShift(shift: Shift, names: Names) {
  return {
    starts_at: shownTime(shift.startsAtMs),
    ends_at: shownTime(shift.endsAtMs),
    responders: shownPeople(shift.responderIds, names),
    overridden: shift.overridden,
  };
}
