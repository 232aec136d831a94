import assert, { deepEqual, equal, match } from "node:assert/strict";
import { type Check, fail, ok, warn } from "../../../scripts/doctor/check.ts";
import { admit } from "../../../scripts/doctor/patient.ts";
import {
  linesOf,
  reportOf,
  summaryOf,
} from "../../../scripts/doctor/report.ts";
import { type Result, runChecks } from "../../../scripts/doctor/run_checks.ts";
import { readConfig } from "../../../src/config.ts";
import { createMask } from "../../../src/logging/mask.ts";
import { StoreUnavailableError } from "../../../src/ports/store.ts";

const config = readConfig({ SECRET_KEY: "a-secret-of-ours" }, () => "");
const mask = createMask(config.secrets);

function check(name: string, given: Partial<Check> = {}): Check {
  return {
    name,
    title: name,
    limitMs: 60_000,
    run: () => Promise.resolve([ok("It is well.")]),
    ...given,
  };
}

async function resultsOf(
  checks: Check[],
  problems = [{ name: "SMTP_PORT", held: "x", allowed: "a number" }],
): Promise<Result[]> {
  const survey = { config, problems };
  const patient = admit(survey, { clock: () => 0, deep: false });
  return await Array.fromAsync(runChecks(checks, { patient, mask }));
}

Deno.test("a check that throws, or never answers, fails by itself", async () => {
  const never = Promise.withResolvers<never>();
  let aborted = false;
  const results = await resultsOf([
    check("throws", {
      run: () => Promise.reject(new Error("a-secret-of-ours is odd")),
    }),
    check("throws_at_once", {
      run: () => {
        throw new StoreUnavailableError("Gone.", { reason: "locked" });
      },
    }),
    check("hangs", {
      limitMs: 1,
      run(_patient, signal) {
        signal.addEventListener("abort", () => aborted = true);
        return never.promise;
      },
    }),
    check("last"),
  ]);
  deepEqual(results.map(({ name, grade }) => [name, grade]), [
    ["throws", "fail"],
    ["throws_at_once", "fail"],
    ["hangs", "fail"],
    ["last", "ok"],
  ]);
  equal(aborted, true);
  match(results[0]?.lines[0]?.message ?? "", /failed: \[redacted\] is odd/);
  match(results[1]?.lines[0]?.message ?? "", /locked by another process/);
  match(results[2]?.lines[0]?.message ?? "", /no answer within 0.001 s/);
});

Deno.test("a check is skipped where what it needs is wrong, failed or was skipped, and not for a warning", async () => {
  const results = await resultsOf([
    check("odd", { run: () => Promise.resolve([warn("Odd.", "Look.")]) }),
    check("wrong", { run: () => Promise.resolve([fail("Bad.", "Mend.")]) }),
    check("after_odd", { after: ["odd"] }),
    check("after_wrong", { after: ["odd", "wrong"] }),
    check("after_that", { after: ["after_wrong"] }),
    check("mail", { settings: ["SMTP_HOST", "SMTP_PORT"] }),
    check("settings", { settings: ["SMTP_HOST"] }),
  ]);
  deepEqual(results.map(({ grade }) => grade), [
    ...["warn", "fail", "ok", "skipped", "skipped", "skipped", "ok"],
  ]);
  match(results[3]?.lines[0]?.message ?? "", /because of what “wrong” says/);
  match(results[5]?.lines[0]?.message ?? "", /because SMTP_PORT is wrong/);
  equal(summaryOf(results), "1 failure, 1 warning, 2 fine, 3 not looked at.");
  const facts = { version: "2.0.0", nowMs: 0 };
  equal(reportOf(results, facts).status, "fail");
});

Deno.test("what comes from outside stays on its line", async () => {
  const [result] = await resultsOf([
    check("names", {
      run: () =>
        Promise.resolve([
          warn("Team \u001b[2Ja\nFAIL  nothing\u202e", "Mend\r\nit."),
        ]),
    }),
  ]);
  assert(result);
  const lines = linesOf(result, { asSteps: false, inColours: false });
  equal(lines.length, 3);
  match(lines[1] ?? "", /WARN {2}Team \[2Ja FAIL nothing$/);
  equal(lines[2], "        Mend it.");
  const [, coloured] = linesOf(result, { asSteps: true, inColours: true });
  assert(coloured?.startsWith("  \u001b[33mWARN\u001b[39m  Team"));
});
