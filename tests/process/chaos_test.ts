import assert from "node:assert/strict";
import { chaos } from "../../scripts/chaos/chaos.ts";
import { isKept } from "../../scripts/chaos/evidence.ts";

Deno.test("a little chaos: a process on a file is killed while alerts arrive, and no page is lost", async () => {
  const faults: string[] = [];
  const report = await chaos({
    database: "libsql",
    minutes: 0.17,
    // Its first fault is a kill.
    seed: 1,
    perSecond: 50,
    onFault: ({ words }) => faults.push(words),
  });
  assert.ok(faults.some((words) => words.startsWith("kill -9")));
  assert.ok(report.alerts > 300, `${report.alerts}`);
  assert.deepEqual(report.lost, []);
  assert.ok(isKept(report), JSON.stringify(report));
});
