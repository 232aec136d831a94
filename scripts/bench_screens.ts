/**
 * Measures how fast the real process answers the screens that people look at most while 100,000 incidents of the last
 * year are stored, each with its story and its pages.
 *
 *     deno task bench-screens [--incidents 100000] [--requests 200]
 */
import { parseArgs } from "node:util";
import { createClient } from "@libsql/client";
import { createTestFile } from "../tests/databases.ts";
import { Stage } from "../tests/browser/stage.ts";
import { Server } from "../tests/process/server.ts";
import { migrate } from "../src/store/migrate.ts";
import { openStore } from "../src/store/open.ts";

const { values } = parseArgs({
  options: {
    incidents: { type: "string", default: "100000" },
    requests: { type: "string", default: "200" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log(
    "deno task bench-screens [--incidents 100000] [--requests 200]",
  );
  Deno.exit(0);
}

const YEAR_MS = 365 * 86_400_000;
/** One in so many is still open. */
const OPEN_EVERY = 2_500;

const PATHS = {
  "dashboard": "/dashboard",
  "incidents, open": "/incidents",
  "incidents, all": "/incidents?status=all",
  "incidents, all, of a team": "/incidents?status=all&team=1",
  "incidents, resolved and critical":
    "/incidents?status=resolved&severity=critical",
  "incidents with a word that many have": "/incidents?status=all&q=service",
  "incidents with a word that none has": "/incidents?status=all&q=nothing-has",
  "incident": "/incidents/1",
};

await using database = await createTestFile();
const { url } = database;
const session = await prepare(url);
const startedMs = performance.now();
await fill(url, Number(values.incidents));
const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
console.log(`${values.incidents} incidents stored in ${seconds} s`);
await using server = await Server.start({
  env: {
    DATABASE_URL: url,
    // What is stored was never meant to be worked on.
    ESCALATION_WORKER_ENABLED: "false",
    NOTIFICATION_RETRY_WORKER_ENABLED: "false",
  },
});
for (const [name, path] of Object.entries(PATHS)) {
  const samples = await measure(path);
  console.log(
    `${name}: p50 ${quantile(samples, 0.5)} ms, p95 ${
      quantile(samples, 0.95)
    } ms`,
  );
}

/** Promises the token of a session, in a database with the demonstration as of now. */
async function prepare(url: string): Promise<string> {
  await migrate({ url }, Date.now());
  const store = await openStore({ url });
  await using stage = await Stage.open(store);
  stage.world.nowMs = Date.now();
  await stage.demo();
  const { id } = await stage.incident("Card payments");
  await stage.act("responder", "resolve", id);
  return await stage.session("responder");
}

/** Copies one incident with all that belongs to it, spread over the year up to now. */
async function fill(url: string, count: number): Promise<void> {
  const client = createClient({ url });
  try {
    await client.execute("PRAGMA synchronous = OFF");
    const columns = async (table: string) =>
      (await client.execute(`PRAGMA table_info(${table})`)).rows
        .map(({ name }) => String(name)).filter((name) => name !== "id");
    const [template] = (await client.execute(
      "SELECT id, opened_at_ms FROM incidents WHERE title LIKE 'Card payments%'",
    )).rows;
    const from = Number(template?.id);
    const nowMs = Number(template?.opened_at_ms);
    const stepMs = Math.floor(YEAR_MS / count);
    const open = `i % ${OPEN_EVERY} = 0`;
    const at = `(${nowMs} - (${count} - i) * ${stepMs})`;
    const numbers =
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
    const copy = async (
      table: string,
      { changed, source }: { changed: Record<string, string>; source: string },
    ) => {
      const names = await columns(table);
      const picked = names.map((name) => changed[name] ?? `${table}.${name}`);
      await client.execute(
        `INSERT INTO ${table} (${names.join()}) ${
          source.replace("*", picked.join())
        }`,
      );
    };
    await copy("incidents", {
      changed: {
        external_id: "'bench-' || i",
        title: "'Error rate of service ' || (i % 700) || ' above 5 %'",
        severity:
          "CASE i % 4 WHEN 0 THEN 'critical' WHEN 1 THEN 'error' WHEN 2 THEN 'warning' ELSE 'info' END",
        status: `CASE WHEN ${open} THEN 'triggered' ELSE 'resolved' END`,
        team_id: "1 + i % 2",
        source_id: "1 + i % 4",
        opened_at_ms: at,
        triggered_at_ms: at,
        last_alert_at_ms: at,
        resolved_at_ms: `CASE WHEN ${open} THEN NULL ELSE ${at} + 1200000 END`,
      },
      source:
        `${numbers} SELECT * FROM n, incidents WHERE incidents.id = ${from}`,
    });
    const copies = `incidents AS c WHERE c.external_id LIKE 'bench-%' AND`;
    await copy("timeline_entries", {
      changed: { incident_id: "c.id", at_ms: "c.opened_at_ms" },
      source:
        `SELECT * FROM timeline_entries, ${copies} timeline_entries.incident_id = ${from}`,
    });
    await copy("notifications", {
      changed: {
        incident_id: "c.id",
        idempotency_key: "notifications.idempotency_key || c.id",
        created_at_ms: "c.opened_at_ms",
        updated_at_ms: "c.opened_at_ms",
        sent_at_ms: "c.opened_at_ms + 1000",
        provider_message_id: "notifications.provider_message_id || c.id",
      },
      source:
        `SELECT * FROM notifications, ${copies} notifications.incident_id = ${from}`,
    });
  } finally {
    client.close();
  }
}

/** Promises how long each answer took, to its last byte, in milliseconds; the first three are left out. */
async function measure(path: string): Promise<number[]> {
  const samples: number[] = [];
  for (let index = -3; index < Number(values.requests); index++) {
    const startedMs = performance.now();
    const response = await fetch(server.baseUrl + path, {
      headers: { cookie: `pagerpal_session=${session}`, accept: "text/html" },
      redirect: "manual",
    });
    await response.text();
    if (response.status !== 200) {
      throw new Error(`${path} was answered ${response.status}`);
    }
    if (index >= 0) samples.push(performance.now() - startedMs);
  }
  return samples;
}

function quantile(values: number[], q: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor(q * (sorted.length - 1))] ?? NaN).toFixed(1);
}
