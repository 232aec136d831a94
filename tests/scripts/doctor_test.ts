import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Report } from "../../scripts/doctor/report.ts";
import { migrate, NEWEST_SCHEMA_VERSION } from "../../src/store/migrate.ts";
import {
  createTestDatabase,
  createTestFile,
  type TestDatabase,
} from "../databases.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { olderVersion } from "../other_version.ts";
import { createAdmin, settings, setUp } from "../process/desk.ts";
import { freePort, Server } from "../process/server.ts";
import { runSql } from "../sql.ts";
import { runScript } from "./scripts.ts";

async function examined(env: Record<string, string>, ...args: string[]) {
  const { code, out, err } = await runScript("doctor", {
    args: ["--json", ...args],
    env: { BACKUP_TO: "/nowhere/at/all", ...env },
  });
  ok(out.startsWith("{"), out + err);
  const report = Report.parse(JSON.parse(out));
  const of = (wanted: string) => {
    const found = report.checks.find(({ name }) => name === wanted);
    ok(found, wanted);
    return found;
  };
  const grades = Object.fromEntries(
    report.checks.map(({ name, status }) => [name, status]),
  );
  return { code, out, report, of, grades };
}

async function migrated(database: TestDatabase): Promise<TestDatabase> {
  await migrate({ url: database.url }, 0);
  return database;
}

for (
  const [name, open] of [
    ["libSQL", createTestFile],
    ["PostgreSQL", createTestDatabase],
  ] as const
) {
  Deno.test(`the doctor finds nothing that fails with a PagerPal on ${name} that does well, sends nothing and writes nothing`, async () => {
    await using infobip = await FakeInfobip.start();
    const credentials = { user: "pager", password: "hunter2-hunter2" };
    await using smtp = await FakeSmtp.start({ credentials });
    await using database = await open();
    // The process does not have the doctor's providers: it may send something of its own.
    const own = { DATABASE_URL: database.url };
    await using server = await Server.start({ env: own });
    await createAdmin(own);
    await setUp(server, 5);
    const { code, report, of, grades } = await examined({
      ...settings(database.url, infobip, smtp),
      SMTP_USER: credentials.user,
      SMTP_PASSWORD: credentials.password,
      PAGERPAL_BASE_URL: server.baseUrl,
    }, "--deep");
    equal(code, 0, JSON.stringify(report, null, 2));
    deepEqual(grades, {
      // The provider of the test speaks plain http.
      settings: "warn",
      database: "ok",
      migrations: "ok",
      writable: "ok",
      integrity: "ok",
      disk: name === "libSQL" ? "ok" : "skipped",
      clock: "ok",
      smtp: "ok",
      infobip: "ok",
      base_url: "ok",
      workers: "ok",
      // Maya is on call until tomorrow only.
      on_call: "warn",
      backup: "warn",
    });
    equal(report.status, "warn");
    match(of("on_call").findings[0]?.message ?? "", /Payments/);
    match(of("workers").findings[0]?.message ?? "", /1 node is running/);
    deepEqual(smtp.mails, []);
    deepEqual(infobip.requests, []);
    equal(infobip.logsRead, 1);
    const { message, remedy } = of("backup").findings[0] ?? {};
    match(message ?? "", /There is no backup in /);
    match(remedy ?? "", /deno task backup/);
  });

  Deno.test(`whatever one check on ${name} says, the others are made, and no secret is shown`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start({
      credentials: { user: "pager", password: "right-password" },
    });
    await using database = await open();
    await migrate({ url: database.url }, 0);
    await runSql(
      database.url,
      `DELETE FROM schema_migrations WHERE version > ${
        NEWEST_SCHEMA_VERSION - 2
      }`,
    );
    const secrets = {
      INFOBIP_API_KEY: "wrong-api-key-0123",
      SMTP_USER: "pager-user-0123",
      SMTP_PASSWORD: "wrong-password-0123",
      SECRET_KEY: "secret-key-0123456789abcdef01234567",
    };
    const { code, out, of, grades } = await examined({
      ...settings(database.url, infobip, smtp),
      ...secrets,
      PAGERPAL_BASE_URL: `http://127.0.0.1:${infobip.port}`,
      PAGE_BUNDLING_SECONDS: "soon",
      LOG_LEVEL: "loud",
    });
    equal(code, 1);
    deepEqual(grades, {
      settings: "fail",
      database: "ok",
      migrations: "fail",
      writable: "ok",
      integrity: "ok",
      disk: name === "libSQL" ? "ok" : "skipped",
      clock: "skipped",
      smtp: "fail",
      infobip: "fail",
      base_url: "fail",
      workers: "skipped",
      on_call: "skipped",
      backup: "warn",
    });
    deepEqual(
      of("settings").findings.map(({ message }) => message.split(" ")[0]),
      ["PAGE_BUNDLING_SECONDS", "LOG_LEVEL", "INFOBIP_BASE_URL"],
    );
    match(of("migrations").findings[0]?.message ?? "", /lacks 2 migrations/);
    match(of("smtp").findings[0]?.message ?? "", /refused our credentials/);
    match(of("infobip").findings[0]?.message ?? "", /refused our credentials/);
    for (const [name, secret] of Object.entries(secrets)) {
      ok(!out.includes(secret), name);
    }
  });
}

Deno.test("a check that needs a setting which is wrong is skipped, and all that is wrong is said", async () => {
  await using database = await migrated(await createTestFile());
  const { code, grades, of } = await examined({
    ENVIRONMENT: "production",
    DATABASE_URL: database.url,
    SMTP_HOST: "mail.example.com",
    SMTP_PORT: "all",
  });
  equal(code, 1);
  deepEqual(
    of("settings").findings.filter(({ status }) => status === "fail")
      .map(({ message }) => message.split(" ")[0]).sort(),
    [
      "ALLOWED_ORIGINS",
      "PAGERPAL_BASE_URL",
      "SECRET_KEY",
      "SMTP_FROM",
      "SMTP_PORT",
    ],
  );
  equal(grades["smtp"], "skipped");
  equal(grades["base_url"], "skipped");
  equal(grades["on_call"], "skipped");
  equal(grades["database"], "ok");
  equal(grades["workers"], "fail");
});

Deno.test("a database that is not there is not made, and one that is damaged is found out", async () => {
  await using database = await createTestFile();
  const env = { DATABASE_URL: database.url };
  const without = await examined(env);
  equal(without.grades["database"], "fail");
  equal(without.grades["integrity"], "skipped");
  const path = database.url.slice("file:".length);
  equal(await Deno.stat(path).catch(() => null), null);

  await migrate({ url: database.url }, 0);
  {
    using file = await Deno.open(path, { write: true });
    // The page of one of the tables: page 1 holds the list of them, and is left whole.
    await file.seek(4_096 * 3, Deno.SeekMode.Start);
    await file.write(new Uint8Array(4_096).fill(0xff));
  }
  const damaged = await examined(env, "--deep");
  equal(damaged.code, 1);
  equal(damaged.grades["integrity"], "fail");
  match(
    damaged.of("integrity").findings[0]?.remedy ?? "",
    /restore the last backup/,
  );
});

Deno.test("on a terminal each line says how it stands, and below it what to do", async () => {
  await using database = await migrated(await createTestFile());
  const { code, out } = await runScript("doctor", {
    env: { DATABASE_URL: database.url },
  });
  equal(code, 1);
  match(out, /^Settings\n {2}ok {4}All \d+ settings may be used/);
  match(
    out,
    /\nNodes and jobs\n {2}FAIL {2}No node is running.*\n {8}Start one: deno task start\n/,
  );
  match(out, /\nPagerPal \S+: \d+ failures, \d+ warnings?, \d+ fine, \d+ not/);
  // deno-lint-ignore no-control-regex -- what it looks for
  equal(/\x1b/.test(out), false, "no colours");
});

Deno.test("the doctor walks through an upgrade: after each step it names the next, until it is done", async () => {
  await using infobip = await FakeInfobip.start();
  await using smtp = await FakeSmtp.start();
  await using database = await createTestFile();
  await using older = await olderVersion();
  const { url } = database;
  await migrate({ url, folder: older.folder }, 0);
  await runSql(url, nodeRow({ name: "old-1-a", version: "1.9.0" }));
  const port = freePort();
  const env = {
    ...settings(url, infobip, smtp),
    BACKUP_TO: `${url.slice("file:".length)}.backups`,
    PAGERPAL_BASE_URL: `http://127.0.0.1:${port}`,
  };
  const walk = (...args: string[]) =>
    runScript("doctor", { args: ["--upgrade", ...args], env });

  const backUp = await walk();
  equal(backUp.code, 1);
  match(backUp.out, /TODO {2}There is no backup in .*\n.*deno task backup/);
  match(backUp.out, /Next: 3\. Back up\.\n$/);
  match((await walk("--backed-up")).out, /Next: 4\. Migrate\.\n$/);
  equal((await runScript("backup", { env })).code, 0);

  const migration = await walk();
  match(migration.out, /TODO {2}1 migration to apply: .*\n.*deno task migrate/);
  match(migration.out, /Next: 4\. Migrate\.\n$/);
  equal((await runScript("migrate", { env })).code, 0);

  const restart = await walk();
  match(restart.out, /TODO {2}1 node of 1 to start again: old-1-a \(1\.9\.0\)/);
  match(restart.out, /Next: 5\. Start the nodes again, one by one\.\n$/);
  await runSql(url, "UPDATE nodes SET phase = 'stopped'");
  match((await walk()).out, /Next: 5\. Start the nodes again/);

  await using _server = await Server.start({ env, port });
  const done = await walk();
  equal(done.code, 0, done.out);
  match(done.out, /The upgrade is done\.\n$/);
  const json = await examined(env, "--upgrade");
  equal(json.report.status, "warn", "of the settings: plain http");
  equal(json.grades["look"], "ok");
});

function nodeRow({ name, version }: { name: string; version: string }): string {
  const nowMs = Date.now();
  return `INSERT INTO nodes (name, hostname, version, schema_version, phase, delivers, escalates, started_at_ms, last_seen_at_ms)
    VALUES ('${name}', 'old-1', '${version}', ${
    NEWEST_SCHEMA_VERSION - 1
  }, 'running', 1, 1, ${nowMs}, ${nowMs + 600_000})`;
}

Deno.test("called wrongly, the doctor says how to call it with exit code 2", async () => {
  for (const args of [["--fast"], ["--backed-up"], ["--upgrade", "--deep"]]) {
    const { code, err } = await runScript("doctor", { args, env: {} });
    equal(code, 2, args.join(" "));
    match(err, /Usage: deno task doctor/);
  }
});
