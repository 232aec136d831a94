/** A login without the form, for what is not about logging in. */
import type { BrowserContext } from "npm:playwright-core@1.65.1";
import type { Role } from "../../src/domain/responders/people.ts";
import type { Stage } from "./stage.ts";

/** Gives the browser the session that a login would have given it. */
export async function giveSession(
  context: BrowserContext,
  { stage, role }: { stage: Stage; role: Role },
): Promise<void> {
  await context.addCookies([{
    name: "pagerpal_session",
    value: await stage.session(role),
    url: stage.origin,
    httpOnly: true,
    sameSite: "Lax",
  }]);
}
