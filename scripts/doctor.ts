/** Looks at all that PagerPal needs, and says what is wrong and how to mend it. Changes nothing and pages nobody. */
import { inTime } from "../src/app/in_time.ts";
import { ConfigError, type ConfigSurvey, surveyConfig } from "../src/config.ts";
import { createMask } from "../src/logging/mask.ts";
import { VERSION } from "../src/version.ts";
import { CommandError, type ExitCode, runCommand } from "./command.ts";
import type { Check } from "./doctor/check.ts";
import { checksFor } from "./doctor/checks.ts";
import { admit } from "./doctor/patient.ts";
import { linesOf, nextStepOf, reportOf, summaryOf } from "./doctor/report.ts";
import { type Result, runChecks } from "./doctor/run_checks.ts";
import { upgradeSteps } from "./doctor/upgrade.ts";

const USAGE =
  `Usage: deno task doctor [--deep] [--json] | --upgrade [--backed-up] [--json]

Looks at the settings, the database, the clocks, the providers, the address,
the nodes and jobs, who is on call, and the last backup. It says what is wrong
and how to mend it. It changes nothing and pages nobody.

  --deep       read the whole database to find damage, however long it takes
  --upgrade    walk through an upgrade to this version instead: what is done and
               what to do next; run it again after each step
  --backed-up  you have a backup that is not in BACKUP_TO
  --json       for programs; docs/operator-guide.md describes it
  --help       this text

Exit code: 0 when nothing has failed or is to be done, 1 when something has or
is, 2 when the doctor could not look.`;

const CLOSE_MS = 3_000;

const OPTIONS = {
  deep: { type: "boolean" },
  upgrade: { type: "boolean" },
  "backed-up": { type: "boolean" },
  json: { type: "boolean" },
} as const;

interface Values {
  deep?: boolean;
  upgrade?: boolean;
  "backed-up"?: boolean;
  json?: boolean;
}

async function run(values: Values): Promise<ExitCode> {
  const { deep = false, upgrade = false, json = false } = values;
  const checks = checksOf(values);
  const survey = surveyOrNull();
  if (survey === null) return 2;
  const patient = admit(survey, { clock: Date.now, deep });
  const mask = createMask(survey.config.secrets);
  const results: Result[] = [];
  const inColours = Deno.stdout.isTerminal() && !Deno.noColor;
  const look = { asSteps: upgrade, inColours };
  try {
    for await (
      const result of runChecks(checks, { patient, mask })
    ) {
      results.push(result);
      if (json) continue;
      console.log(linesOf(result, look).join("\n"));
    }
  } finally {
    // What has not answered until now would keep it from closing, too.
    await inTime(patient.close(), CLOSE_MS);
  }
  if (json) {
    const facts = { version: VERSION, nowMs: Date.now() };
    console.log(JSON.stringify(reportOf(results, facts), null, 2));
  } else {
    const words = upgrade ? nextStepOf(results) : summaryOf(results);
    console.log(`\nPagerPal ${VERSION}: ${words}`);
  }
  return results.some(({ grade }) => grade === "fail") ? 1 : 0;
}

/** Promises the settings; null, having said why, where `.env` cannot be read: any check would be of something else. */
function surveyOrNull(): ConfigSurvey | null {
  try {
    return surveyConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`The doctor could not look. ${error.message}`);
    return null;
  }
}

function checksOf(
  { deep = false, upgrade = false, "backed-up": backedUp = false }: Values,
): Check[] {
  if (upgrade && deep) {
    throw new CommandError("--deep and --upgrade do not go together.", 2);
  }
  if (backedUp && !upgrade) {
    throw new CommandError("--backed-up is a word for --upgrade.", 2);
  }
  return upgrade ? upgradeSteps({ backedUp }) : checksFor({ deep });
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
