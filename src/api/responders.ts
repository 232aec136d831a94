/** People who can be paged. */
import { z } from "@hono/zod-openapi";
import {
  type ResponderFields,
  responderFields,
  responderRecord,
} from "../app/responder_record.ts";
import type { Responder } from "../domain/people.ts";
import type { Routes } from "../http/routes.ts";
import type { Resource } from "./resource.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory } from "./directory.ts";
import { changeOf, email, id, time, timeZone } from "./fields.ts";

// With the examples of the documentation.
const fields = { ...responderFields, email, time_zone: timeZone };

export const ResponderDocument = z.object({
  id,
  name: z.string(),
  email: z.string(),
  time_zone: z.string(),
  notify_on_resolve: z.boolean(),
  created_at: time,
  updated_at: time,
}).openapi("Responder");

const responders: Resource<
  Responder,
  ResponderFields,
  z.input<typeof ResponderDocument>
> = {
  ...responderRecord,
  path: "/api/v1/responders",
  tag: "Responders",
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
  insert: "plain",
};

export function addResponders(routes: Routes, deps: ApiDeps): void {
  addDirectory(routes, deps, responders);
}
