import assert from "node:assert/strict";
import { mayChangeContacts } from "../../src/app/responders/contact_rights.ts";
import { ROLES } from "../../src/domain/responders/people.ts";

Deno.test("an admin changes how everybody is reached, a responder their own, a viewer nothing", () => {
  const table = ROLES.flatMap((role) =>
    [7, 8].map((
      of,
    ) => [role, of, mayChangeContacts({ role, responderId: 7 }, of)])
  );
  assert.deepEqual(table, [
    ["viewer", 7, false],
    ["viewer", 8, false],
    ["responder", 7, true],
    ["responder", 8, false],
    ["admin", 7, true],
    ["admin", 8, true],
  ]);
});
