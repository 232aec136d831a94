/** Fills a database with a demonstration, and opens a few incidents by really posting alerts. */
import { type Config, loadConfig } from "../src/config.ts";
import { openDatabase } from "../src/open_database.ts";
import { CommandError, type ExitCode, runCommand } from "./command.ts";
import { demoAlerts } from "./seed/alerts.ts";
import { postAlerts } from "./seed/post_alerts.ts";
import { writeDemo } from "./seed/write_demo.ts";

const USAGE = `Usage: deno task seed [--base-url <url>]

Writes a demonstration into the database of DATABASE_URL: two teams, five people
with contact methods, their schedules for a week from today, escalation policies
and one alert source of each kind. Then posts alerts to the running PagerPal, so
that there are incidents to look at. Running it again changes nothing that is
there, and fills the schedules up to a week from today.

The people and their numbers are invented. It refuses to run in production, and
where NOTIFICATION_SENDING_ENABLED is true.

  --base-url <url>  where PagerPal listens; default: PAGERPAL_BASE_URL
  --help            this text`;

async function run(values: { "base-url"?: string }): Promise<ExitCode> {
  const config = loadConfig();
  refuseRealPaging(config);
  const baseUrl = readBaseUrl(values["base-url"] ?? config.baseUrl);
  const nowMs = Date.now();
  const store = await openDatabase(config, nowMs);
  const keys = await writeDemo(store, {
    nowMs,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  }).finally(() => store.close());
  console.log("The demonstration is in the database.");
  for (const [name, { key }] of keys) console.log(`  ${name}: key ${key}`);
  const alerts = demoAlerts(nowMs).filter(({ source }) => keys.has(source));
  if (alerts.length === 0) {
    console.log("Its alerts were posted before; nothing was posted now.");
    return 0;
  }
  const posted = await postAlerts(alerts, { baseUrl, keys, fetch });
  console.log(
    `${posted} requests with alerts were taken. See ${baseUrl}/api/v1/incidents`,
  );
  return 0;
}

function refuseRealPaging(config: Config): void {
  if (config.environment === "production") {
    throw new CommandError("The demonstration does not belong in production.");
  }
  if (config.notificationSendingEnabled) {
    throw new CommandError(
      "NOTIFICATION_SENDING_ENABLED is true, and the demonstration's people have invented numbers. Set it to false first.",
    );
  }
}

function readBaseUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) {
    return text.replace(/\/+$/, "");
  }
  throw new CommandError("--base-url must be an http or https address.", 2);
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({
      usage: USAGE,
      options: { "base-url": { type: "string" } },
      run,
    }, Deno.args),
  );
}
