import assert from "node:assert/strict";
import type { SchemaNode } from "../../scripts/docs/api_schema.ts";
import { fieldRows, typeParts } from "../../scripts/docs/api_types.ts";

function words(schema: SchemaNode): string {
  return typeParts(schema).map(({ text }) => text).join("");
}

Deno.test("a type is told in words, with its bounds", () => {
  const told: [SchemaNode, string][] = [
    [{ type: "string" }, "string"],
    [{ type: ["string", "null"] }, "string or null"],
    [{ type: "string", format: "date-time" }, "instant"],
    [{ type: "integer", minimum: 1, maximum: 60 }, "integer, 1 to 60"],
    [{ type: "integer", minimum: 1 }, "integer, 1 or more"],
    [
      { type: "integer", maximum: Number.MAX_SAFE_INTEGER },
      "integer",
    ],
    [
      { type: "string", minLength: 1, maxLength: 200 },
      "string, 1 to 200 characters",
    ],
    [{ type: "string", maxLength: 200 }, "string, at most 200 characters"],
    [{ enum: ["sms", "email"] }, "sms, email"],
    [{ const: true }, "true"],
    [{ type: "array", items: { $ref: "#/x/Team" } }, "list of Team"],
    [{ anyOf: [{ $ref: "#/x/Team" }, { type: "null" }] }, "Team or null"],
    [{ allOf: [{ $ref: "#/x/Team" }, { type: "object" }] }, "Team"],
    [
      {
        type: "object",
        properties: {
          items: { type: "array", items: { $ref: "#/x/Team" } },
          total: { type: "integer" },
        },
      },
      "object with items (list of Team), total",
    ],
    [{}, "anything"],
  ];
  for (const [schema, expected] of told) assert.equal(words(schema), expected);
});

Deno.test("fields of fields are rows with the whole way to them", () => {
  const rows = fieldRows({
    type: "object",
    required: ["steps"],
    properties: {
      steps: {
        type: "array",
        items: { type: "object", properties: { id: { type: "integer" } } },
      },
      owner: {
        anyOf: [
          { type: "object", properties: { name: { type: "string" } } },
          { type: "null" },
        ],
      },
    },
  });
  assert.deepEqual(
    rows.map(({ name, type, required }) => [
      name,
      type.map(({ text }) => text).join(""),
      required,
    ]),
    [
      ["steps", "list of object", true],
      ["steps[].id", "integer", false],
      ["owner", "object or null", false],
      ["owner.name", "string", false],
    ],
  );
});
