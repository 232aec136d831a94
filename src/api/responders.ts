/** People who can be paged. */
import { z } from "@hono/zod-openapi";
import type { Responder } from "../domain/people.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory, type ApiResource } from "./directory.ts";
import {
  changeOf,
  email,
  id,
  line,
  shownTime,
  time,
  timeZone,
} from "../app/fields.ts";
import { given } from "../app/given.ts";

const fields = {
  name: line(100),
  email,
  time_zone: timeZone,
  notify_on_resolve: z.boolean(),
};
type Fields = {
  name: string;
  email: string;
  time_zone: string;
  notify_on_resolve: boolean;
};

export const ResponderDocument = z.object({
  id,
  name: z.string(),
  email: z.string(),
  time_zone: z.string(),
  notify_on_resolve: z.boolean(),
  created_at: time,
  updated_at: time,
}).openapi("Responder");

const responders: ApiResource<
  Responder,
  Fields,
  z.input<typeof ResponderDocument>
> = {
  path: "/api/v1/responders",
  tag: "Responders",
  noun: "responder",
  name: "Responder",
  plural: "Responders",
  create: z.object({
    ...fields,
    time_zone: fields.time_zone.default("UTC"),
    notify_on_resolve: fields.notify_on_resolve.default(false),
  }).openapi("NewResponder"),
  change: changeOf(fields).openapi("ResponderChange"),
  shown: ResponderDocument,
  byTeam: true,
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
  insert: "plain",
};

export function addResponders(routes: Routes, deps: ApiDeps): void {
  addDirectory(routes, deps, responders);
}

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
