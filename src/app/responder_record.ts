/** People who can be paged, as they are written. */
import { z } from "zod";
import type { Responder } from "../domain/people.ts";
import { emailAddress, line, timeZoneName } from "./field_rules.ts";
import { given } from "./given.ts";
import type { RecordKind } from "./records.ts";
import { shownTime } from "./shown_time.ts";

export const responderFields = {
  name: line(100),
  email: emailAddress(),
  time_zone: timeZoneName(),
  notify_on_resolve: z.boolean(),
};
export type ResponderFields = {
  name: string;
  email: string;
  time_zone: string;
  notify_on_resolve: boolean;
};

export const responderRecord = {
  noun: "responder",
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
} satisfies RecordKind<Responder, ResponderFields, Record<string, unknown>>;

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
