import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  ladder,
  planContacts,
  unusedContacts,
} from "../../../src/domain/responders/contact_rules.ts";
import type { ContactRule } from "../../../src/domain/responders/people.ts";
import { aContactMethod, aResponder, MINUTE_MS, NOW_MS } from "../examples.ts";

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

Deno.test("a contact method that several rules name rings again at each of their times", () => {
  assert.deepEqual(
    planned([sms, email], [rule(1, 9), rule(1, 2), rule(2, 5), rule(1, 10)]),
    [[1, 2], [2, 5], [1, 9], [1, 10]],
  );
});

Deno.test("two rules that say the same at one time are one page", () => {
  const twice = [rule(1, 2), { ...rule(1, 2), id: 999 }];
  assert.deepEqual(planned([sms], twice), [[1, 2]]);
});

Deno.test("a method that nobody has verified is paged all the same", () => {
  const verified = { ...email, verifiedAtMs: NOW_MS };
  assert.deepEqual(planned([sms, verified], []), [[1, 0], [2, 0]]);
  assert.deepEqual(planned([sms, verified], [rule(1, 0)]), [[1, 0]]);
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

const anyRule = fc.record({
  urgency: fc.constantFrom("high" as const, "low" as const),
  contactMethodId: fc.integer({ min: 1, max: 5 }),
  delayMinutes: fc.oneof(
    fc.integer({ min: 0, max: 10 }),
    fc.double({ min: 0, max: 1_440, noNaN: true }),
  ),
});
const anyPerson = fc.record({
  enabled: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  rules: fc.array(anyRule, { maxLength: 50 }),
}).map(({ enabled, rules }) =>
  aResponder(1, {
    contactMethods: enabled.map((enabled, index) =>
      aContactMethod({ id: index + 1, enabled })
    ),
    contactRules: rules.map((rule, index) => ({
      ...rule,
      id: index + 1,
      responderId: 1,
    })),
  })
);

Deno.test("a plan is in order, uses what is switched on, and is empty for nobody else than who has nothing", () => {
  fc.assert(
    fc.property(anyPerson, (person) => {
      const plan = planContacts(person, "high", NOW_MS);
      const on = person.contactMethods.filter(({ enabled }) => enabled);
      assert.equal(plan.length === 0, on.length === 0);
      for (const [index, { contactMethod, dueAtMs }] of plan.entries()) {
        assert.ok(on.includes(contactMethod));
        assert.ok(dueAtMs >= (plan[index - 1]?.dueAtMs ?? NOW_MS));
      }
      const pairs = plan.map(({ contactMethod, dueAtMs }) =>
        `${contactMethod.id} ${dueAtMs}`
      );
      assert.equal(new Set(pairs).size, pairs.length);
    }),
    { numRuns: 10_000 },
  );
});

Deno.test("every usable rule is kept, each at its time, and no other page is planned beside them", () => {
  fc.assert(
    fc.property(anyPerson, (person) => {
      const wanted = person.contactRules.filter((rule) =>
        rule.urgency === "high" &&
        person.contactMethods.some(({ id, enabled }) =>
          id === rule.contactMethodId && enabled
        )
      ).map((rule) =>
        `${rule.contactMethodId} ${
          NOW_MS + Math.round(rule.delayMinutes * MINUTE_MS)
        }`
      );
      if (wanted.length === 0) return;
      const plan = planContacts(person, "high", NOW_MS)
        .map(({ contactMethod, dueAtMs }) => `${contactMethod.id} ${dueAtMs}`);
      assert.deepEqual(new Set(plan), new Set(wanted));
    }),
    { numRuns: 10_000 },
  );
});

Deno.test("the ladder is the plan by contact method, nothing lost and nothing added", () => {
  fc.assert(
    fc.property(anyPerson, (person) => {
      const plan = planContacts(person, "high", 0)
        .map(({ contactMethod, dueAtMs }) => `${contactMethod.id} ${dueAtMs}`);
      const rungs = ladder(person, "high");
      const climbed = rungs.flatMap(({ method, afterMs }) =>
        afterMs.map((ms) => `${method.id} ${ms}`)
      );
      assert.deepEqual(climbed.toSorted(), plan.toSorted());
      assert.equal(
        new Set(rungs.map(({ method }) => method.id)).size,
        rungs.length,
      );
    }),
    { numRuns: 10_000 },
  );
});
