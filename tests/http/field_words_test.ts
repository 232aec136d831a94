import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { email } from "../../src/app/fields.ts";
import { fieldWords } from "../../src/http/field_words.ts";

/** What is said of the value, which the schema refuses. */
function said(schema: z.ZodType, value: unknown): string {
  const issue = schema.safeParse(value).error?.issues[0];
  assert.ok(issue, "it was taken");
  return fieldWords(issue);
}

const CASES: [z.ZodType, unknown, string][] = [
  [z.string(), undefined, "Is missing: must be a text."],
  [z.string(), 7, "Must be a text."],
  [z.number(), undefined, "Is missing: must be a number."],
  [z.int(), 1.5, "Must be a whole number."],
  [z.boolean(), "yes", "Must be true or false."],
  [z.array(z.string()), {}, "Must be a list."],
  [z.object({}), [], "Must be an object."],
  [z.enum(["sms", "email"]), "fax", "Must be one of sms, email."],
  [z.literal(1), 2, "Must be 1."],
  [z.int().min(1), 0, "Must be at least 1."],
  [z.number().max(5), 6, "Must be at most 5."],
  [z.string().max(3), "long", "Must be at most 3 characters long."],
  [z.array(z.string()).min(1), [], "Must be at least 1 long."],
  [z.strictObject({}), { zone: 1 }, "Has no zone."],
  [
    z.discriminatedUnion("type", [
      z.object({ type: z.literal("team") }),
      z.object({ type: z.literal("person") }),
    ]),
    { type: "dog" },
    "Must be one of team, person.",
  ],
];

for (const [schema, value, words] of CASES) {
  Deno.test(`a field that refuses ${JSON.stringify(value)} says: ${words}`, () => {
    assert.equal(said(schema, value), words);
  });
}

Deno.test("a rule with words of its own keeps them", () => {
  const words = "An e-mail address, as maya@example.com.";
  assert.equal(said(email, "maya"), words);
  assert.equal(said(email, undefined), words);
});
