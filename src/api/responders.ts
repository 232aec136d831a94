/** People who can be paged. */
import { z } from "@hono/zod-openapi";
import {
  type ResponderFields,
  responderResource,
} from "../app/responders/responder_fields.ts";
import type { Responder } from "../domain/responders/people.ts";
import type { Routes } from "../http/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { addDirectory, type ApiResource } from "./directory.ts";
import { id, time } from "../app/fields.ts";

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
  ResponderFields,
  z.input<typeof ResponderDocument>
> = {
  ...responderResource,
  path: "/api/v1/responders",
  tag: "Responders",
  name: "Responder",
  plural: "Responders",
  shown: ResponderDocument,
  byTeam: true,
  insert: "plain",
};

export function addResponders(routes: Routes, deps: ApiDeps): void {
  addDirectory(routes, deps, responders);
}
