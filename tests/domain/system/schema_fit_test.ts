import assert from "node:assert/strict";
import {
  mayWorkOn,
  type SchemaFit,
  schemaFit,
} from "../../../src/domain/system/schema_fit.ts";

const CASES: [
  newest: number,
  needed: number,
  known: number,
  SchemaFit,
  boolean,
][] = [
  [0, 0, 14, "behind", false],
  [13, 0, 14, "behind", false],
  [14, 0, 14, "same", true],
  [14, 14, 14, "same", true],
  [15, 0, 14, "newer", true],
  [20, 14, 14, "newer", true],
  [20, 15, 14, "too_new", false],
  [15, 15, 14, "too_new", false],
];

for (const [newest, needed, known, fit, works] of CASES) {
  Deno.test(`a program that knows migration ${known} on a database at ${newest} that needs ${needed}: ${fit}`, () => {
    const schema = { schemaVersion: newest, neededVersion: needed };
    assert.equal(schemaFit(schema, known), fit);
    assert.equal(mayWorkOn(fit), works);
  });
}
