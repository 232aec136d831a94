/** People who can be paged, as they are written. */
import { z } from "@hono/zod-openapi";
import type { Responder } from "../../domain/responders/people.ts";
import { changeOf, email, line, shownTime, timeZone } from "../fields.ts";
import { given } from "../given.ts";
import type { Resource } from "../resource.ts";

const fields = {
  name: line(100),
  email,
  time_zone: timeZone,
  notify_on_resolve: z.boolean(),
};
export type ResponderFields = {
  name: string;
  email: string;
  time_zone: string;
  notify_on_resolve: boolean;
};

export const responderResource: Resource<
  Responder,
  ResponderFields,
  ReturnType<typeof shownResponder>
> = {
  noun: "responder",
  create: z.object({
    ...fields,
    time_zone: fields.time_zone.default("UTC"),
    notify_on_resolve: fields.notify_on_resolve.default(false),
  }).openapi("NewResponder"),
  change: changeOf(fields).openapi("ResponderChange"),
  repository: (from) => from.responders,
  show: shownResponder,
  toRow: ({ name, email, time_zone, notify_on_resolve }) =>
    given({
      name,
      email,
      timeZone: time_zone,
      notifyOnResolve: notify_on_resolve,
    }),
  check: () => Promise.resolve(),
};

/** Promises the responder as JSON has it. */
export function shownResponder(responder: Responder) {
  return {
    id: responder.id,
    name: responder.name,
    email: responder.email,
    time_zone: responder.timeZone,
    notify_on_resolve: responder.notifyOnResolve,
    created_at: shownTime(responder.createdAtMs),
    updated_at: shownTime(responder.updatedAtMs),
  };
}
