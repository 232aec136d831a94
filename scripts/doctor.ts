/** Looks at all that PagerPal needs, and says what is wrong and how to mend it. Changes nothing and pages nobody. */
import { surveyConfig } from "../src/config.ts";
import { createMask } from "../src/logging/mask.ts";
import { VERSION } from "../src/version.ts";
import { type ExitCode, runCommand } from "./command.ts";
import { checksFor } from "./doctor/checks.ts";
import { admit } from "./doctor/patient.ts";
import { linesOf, reportOf, summaryOf } from "./doctor/report.ts";
import { type Result, runChecks } from "./doctor/run_checks.ts";

const USAGE = `Usage: deno task doctor [--deep] [--json]

Looks at the settings, the database, the clocks, the providers, the address,
the nodes and jobs, who is on call, and the last backup. It says what is wrong
and how to mend it. It changes nothing and pages nobody.

  --deep  read the whole database to find damage, however long it takes
  --json  for programs; docs/operator-guide.md describes it
  --help  this text

Exit code: 0 when nothing has failed, 1 when something has, 2 when the doctor
could not look.`;

const OPTIONS = {
  deep: { type: "boolean" },
  json: { type: "boolean" },
} as const;

async function run(
  { deep = false, json = false }: { deep?: boolean; json?: boolean },
): Promise<ExitCode> {
  const survey = surveyConfig();
  const patient = admit(survey, { clock: Date.now, deep });
  const mask = createMask(survey.config.secrets);
  const results: Result[] = [];
  try {
    for await (
      const result of runChecks(checksFor({ deep }), { patient, mask })
    ) {
      results.push(result);
      if (!json) console.log(linesOf(result).join("\n"));
    }
  } finally {
    await patient.close();
  }
  if (json) {
    const facts = { version: VERSION, nowMs: Date.now() };
    console.log(JSON.stringify(reportOf(results, facts), null, 2));
  } else {
    console.log(`\nPagerPal ${VERSION}: ${summaryOf(results)}`);
  }
  return results.some(({ grade }) => grade === "fail") ? 1 : 0;
}

if (import.meta.main) {
  try {
    Deno.exit(
      await runCommand({ usage: USAGE, options: OPTIONS, run }, Deno.args),
    );
  } catch (error) {
    console.error("The doctor could not look:", error);
    Deno.exit(2);
  }
}
