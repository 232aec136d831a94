import assert from "node:assert/strict";
import { rhythmOf } from "../../src/jobs/next_run.ts";

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`);

Deno.test("the next run is the next minute, or the next time of that minute", () => {
  for (
    const [schedule, now, next] of [
      ["* * * * *", "02:14:00", "02:15:00"],
      ["* * * * *", "02:14:59", "02:15:00"],
      ["17 * * * *", "02:14:59", "02:17:00"],
      ["17 * * * *", "02:17:00", "03:17:00"],
      ["17 * * * *", "02:59:00", "03:17:00"],
    ] as const
  ) {
    const { nextRunAtMs } = rhythmOf(schedule, at(now));
    assert.equal(nextRunAtMs, at(next), `${schedule} at ${now}`);
  }
  assert.equal(rhythmOf("* * * * *", 0).everyMs, 60_000);
  assert.equal(rhythmOf("17 * * * *", 0).everyMs, 3_600_000);
  assert.throws(() => rhythmOf("0 3 * * 1", 0), /No rhythm/);
});
