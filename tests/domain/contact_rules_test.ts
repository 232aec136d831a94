import assert from "node:assert/strict";
import {
  planContacts,
  unusedContacts,
} from "../../src/domain/contact_rules.ts";
import type { ContactRule } from "../../src/domain/people.ts";
import { aContactMethod, aResponder, MINUTE_MS, NOW_MS } from "./examples.ts";

const sms = aContactMethod({ id: 1 });
const email = aContactMethod({
  id: 2,
  channel: "email",
  address: "maya@example.com",
});

function rule(
  contactMethodId: number,
  delayMinutes: number,
  patch: Partial<ContactRule> = {},
): ContactRule {
  return {
    id: contactMethodId * 100 + delayMinutes,
    responderId: 1,
    urgency: "high",
    contactMethodId,
    delayMinutes,
    ...patch,
  };
}

function planned(contactMethods: typeof sms[], contactRules: ContactRule[]) {
  return planContacts(
    aResponder(1, { contactMethods, contactRules }),
    "high",
    NOW_MS,
  )
    .map((
      { contactMethod, dueAtMs },
    ) => [contactMethod.id, (dueAtMs - NOW_MS) / MINUTE_MS]);
}

Deno.test("without rules every contact method is used at once", () => {
  assert.deepEqual(planned([sms, email], []), [[1, 0], [2, 0]]);
});

Deno.test("rules say which contact method, after how long, for this urgency only", () => {
  assert.deepEqual(planned([sms, email], [rule(1, 5), rule(2, 0)]), [[2, 0], [
    1,
    5,
  ]]);
  assert.deepEqual(
    planned([sms, email], [rule(2, 0, { urgency: "low" }), rule(1, 3)]),
    [[1, 3]],
  );
});

Deno.test("a contact method that two rules name is used once, at the earlier", () => {
  assert.deepEqual(planned([sms], [rule(1, 9), rule(1, 2)]), [[1, 2]]);
});

Deno.test("a person with a working phone is never skipped for want of a usable rule", () => {
  assert.deepEqual(planned([sms, { ...email, enabled: false }], [rule(2, 0)]), [
    [1, 0],
  ]);
});

Deno.test("what is switched off is never used", () => {
  assert.deepEqual(planned([{ ...sms, enabled: false }], []), []);
});

Deno.test("the contact methods that are left are those enabled and not used", () => {
  const responder = aResponder(1, {
    contactMethods: [sms, email, { ...sms, id: 3, enabled: false }],
  });
  assert.deepEqual(unusedContacts(responder, [1]).map((method) => method.id), [
    2,
  ]);
});
