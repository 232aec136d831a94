/** Whose contact method a form is about, and whether the viewer may change it. */
import { demandMethod } from "../../app/responders/contact_methods.ts";
import { demandContactRights } from "../../app/responders/contact_rights.ts";
import type { Responder } from "../../domain/responders/people.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import type { WebDeps } from "../deps.ts";
import { pathId } from "../posted.ts";
import { demandResponder } from "./responders.ts";
import type { Viewer } from "../viewer.ts";

/** Promises the responder of the path, once the viewer may change how they are reached. */
export async function demandOwn(
  c: EdgeContext,
  deps: WebDeps,
  viewer: Viewer,
): Promise<Responder> {
  demandContactRights(viewer, pathId(c));
  return await demandResponder(c, deps);
}

/** Promises the contact method of the path; throws where the responder has none such. */
export function methodOf(c: EdgeContext, { store }: WebDeps) {
  const key = { responderId: pathId(c), methodId: pathId(c, "method") };
  return demandMethod(store, key);
}

/** Promises the way back to the responder. */
export function crumbs(id: number, name: string) {
  return [
    { label: "Responders", href: "/responders" },
    { label: name, href: `/responders/${id}` },
  ];
}
