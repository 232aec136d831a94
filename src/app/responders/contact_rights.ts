/** Who may change how somebody is reached: an admin everybody's, a responder their own. A viewer changes nothing. */
import { allows, type Role } from "../../domain/responders/people.ts";
import { RefusedError } from "../refused_error.ts";

/** Who asks: the role they have now, and whose account it is. */
export interface Asker {
  role: Role;
  responderId: number;
}

/** Promises whether they may change the contact methods and rules of this responder. */
export function mayChangeContacts(
  { role, responderId }: Asker,
  ofResponderId: number,
): boolean {
  return allows(role, "admin") ||
    (allows(role, "responder") && responderId === ofResponderId);
}

/** Throws the refusal for those who may not. */
export function demandContactRights(asker: Asker, ofResponderId: number): void {
  if (mayChangeContacts(asker, ofResponderId)) return;
  throw new RefusedError(
    "forbidden",
    "not_your_own",
    "Only an admin changes how somebody else is reached.",
  );
}
