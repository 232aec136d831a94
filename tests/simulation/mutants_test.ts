import assert from "node:assert/strict";
import { FOUND_BY, MUTANTS } from "./mutants.ts";
import { firstViolation } from "./seeds.ts";

for (const [mistake, mutant] of Object.entries(MUTANTS)) {
  Deno.test(`the simulation finds that ${mistake}`, async () => {
    let made = 0;
    const found = await firstViolation({
      database: "libsql",
      from: FOUND_BY[mistake] ?? 1,
      count: 100,
      sabotage: mutant(() => made++),
    });
    assert.ok(made > 0, "the mistake was never made");
    assert.ok(found, `${made} times, and no promise was seen to be broken`);
  });
}
