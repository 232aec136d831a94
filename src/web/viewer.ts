/** Who looks at the page, and from where. */
import { allows, type Role } from "../domain/responders/people.ts";
import type { Actor } from "../domain/incidents/timeline.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import { Problem } from "../http/problem.ts";
import type { LoginSession } from "../ports/session_repository.ts";
import type { WebDeps } from "./deps.ts";
import type { Viewpoint } from "./view/zoned_time.ts";

export interface Viewer {
  accountId: number;
  responderId: number;
  name: string;
  email: string;
  role: Role;
  session: LoginSession;
  /** Their time zone at this instant; what is drawn in one page has one `nowMs`. */
  view: Viewpoint;
  /** What to show and what not: a button that would refuse is not there. */
  can: { respond: boolean; administer: boolean };
}

/** Promises the viewer of a page that demanded a role. Only a login in the browser counts, no Basic or Bearer. */
export async function viewerOf(
  c: EdgeContext,
  { store, clock }: Pick<WebDeps, "store" | "clock">,
): Promise<Viewer> {
  const { account, session, role } = c.get("principal");
  if (!session) {
    throw new Problem(401, "unauthorized", "Log in to see this page.");
  }
  const responder = await store.responders.find(account.responderId);
  return {
    accountId: account.id,
    responderId: account.responderId,
    name: responder?.name ?? account.email,
    email: account.email,
    role,
    session,
    view: { nowMs: clock(), timeZone: responder?.timeZone ?? "UTC" },
    can: {
      respond: allows(role, "responder"),
      administer: allows(role, "admin"),
    },
  };
}

/** Promises the viewer as the one who does something in the browser. */
export function actorOf({ responderId, name }: Viewer): Actor {
  return { kind: "responder", responderId, name, via: "ui" };
}

/** What a form token of this viewer is bound to. */
export function bindingOf({ session }: Pick<Viewer, "session">): string {
  return `session:${session.tokenHash}`;
}
