import assert from "node:assert/strict";
import { createTestFile, type TestDatabase } from "../databases.ts";
import { everyRow, type Row } from "../every_row.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import {
  createDumpable,
  NO_PROGRAMS,
  stopDumpable,
} from "../backup/dumpable.ts";
import { tempFolder } from "../backup/places.ts";
import { S3Server } from "../s3_server.ts";
import { runScript } from "../scripts/scripts.ts";
import { startLoad } from "./alert_load.ts";
import { ALERT, AUTH, createAdmin, settings, setUp } from "./desk.ts";
import { Server, until } from "./server.ts";

/** A database that can be lost. */
interface Drill {
  /** Why it cannot be practised here; null where it can. */
  lack: string | null;
  open(): Promise<TestDatabase>;
  /** Loses all that is in it, with nobody connected. */
  destroy(database: TestDatabase): Promise<void>;
}

const DRILLS: Record<string, Drill> = {
  libSQL: {
    lack: null,
    open: () => createTestFile(),
    async destroy({ url }) {
      const path = url.slice("file:".length);
      for (const end of ["", "-wal", "-shm"]) {
        await Deno.remove(path + end).catch(() => {});
      }
    },
  },
  PostgreSQL: {
    lack: NO_PROGRAMS,
    open: createDumpable,
    destroy: (database) => database.drop(),
  },
};

Deno.test.afterAll(stopDumpable);

/** Written once and never changed, so that what was restored must be what was there. */
const APPENDED = ["timeline_entries", "audit_log_entries"];
/** What the drill sets up before anything else. */
const SET_UP = [
  ...["teams", "responders", "team_members", "contact_methods"],
  ...["user_accounts", "schedules", "schedule_entries", "escalation_policies"],
];
/** What never changes in a row that does. */
const LASTING: Record<string, string[]> = {
  incidents: ["team_id", "source_id", "external_id", "title", "opened_at_ms"],
  notifications: ["incident_id", "responder_id", "address", "created_at_ms"],
};

for (const [name, drill] of Object.entries(DRILLS)) {
  const test = (words: string, fn: () => Promise<void>) =>
    Deno.test({ name: words, ignore: drill.lack !== null, fn });

  test(`restore drill on ${name}: backed up while 200 alerts a second arrive, lost, restored, and every alert answered before is there`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await drill.open();
    await using folder = await tempFolder();
    const env = {
      ...settings(database.url, infobip, smtp),
      NOTIFICATION_CONCURRENCY: "32",
      ALERT_SOURCE_RATE_LIMIT_CAPACITY: "100000",
    };
    const server = await Server.start({ env });
    await createAdmin(env);
    const { key } = await setUp(server, 60);
    const load = startLoad(server, { key, perSecond: 200 });
    await until(
      () => Promise.resolve(load.answered.length >= 200 ? true : null),
      "alerts",
    );
    const before = [...load.answered];
    const taken = await runScript("backup", { args: [folder.path], env });
    const during = load.answered.length - before.length;
    await load.stop();
    assert.equal(taken.code, 0, taken.err);
    assert.ok(during > 0, "no alert arrived while the backup was made");
    await server.kill();
    const lost = await everyRow(database.url);
    await drill.destroy(database);

    const backup = taken.out.split("\n")[0] ?? "";
    const restored = await runScript("restore", { args: [backup], env });
    assert.equal(restored.code, 0, restored.err);
    const found = await everyRow(database.url);
    compare(found, lost);
    const manifest = JSON.parse(await Deno.readTextFile(`${backup}.json`));
    assert.deepEqual(
      found["incidents"]?.length,
      manifest.rows.incidents,
      "the manifest counts what was backed up",
    );
    const ids = new Set(found["incidents"]?.map((row) => row["id"]));
    assert.deepEqual(before.filter((id) => !ids.has(id)), []);
    const paged = new Set(
      found["notifications"]?.map((row) => row["incident_id"]),
    );
    assert.deepEqual(before.filter((id) => !paged.has(id)), []);

    // And it is a PagerPal again: it takes alerts, pages, and knows who may log in.
    await using again = await Server.start({ env });
    const { status, body } = await again.request("POST", "/api/v1/alerts", {
      key,
      body: { ...ALERT, external_id: "after", title: "After the restore" },
    });
    assert.equal(status, 201);
    // It waits for the pages of the incidents that were restored.
    await infobip.waitFor(
      ({ text }) => text.includes("After the restore"),
      120_000,
    );
    const path = `/api/v1/incidents/${body.id}`;
    assert.equal(
      (await again.request("GET", path, { auth: AUTH })).status,
      200,
    );
  });

  test(`restore drill on ${name}: by way of a bucket, every row of a PagerPal that was stopped comes back`, async () => {
    await using infobip = await FakeInfobip.start();
    await using smtp = await FakeSmtp.start();
    await using database = await drill.open();
    await using s3 = await S3Server.start({ buckets: ["backups"] });
    const env = {
      ...settings(database.url, infobip, smtp),
      ...s3.env,
      BACKUP_TO: "s3://backups/pager",
    };
    const server = await Server.start({ env });
    await createAdmin(env);
    const { key } = await setUp(server, 60);
    await server.request("POST", "/api/v1/alerts", { key, body: ALERT });
    await infobip.waitFor(({ taken }) => taken);
    await server.stop();
    const rows = await everyRow(database.url);
    const taken = await runScript("backup", { env });
    assert.equal(taken.code, 0, taken.err);
    const [backup = ""] = taken.out.split("\n");
    assert.match(backup, /^s3:\/\/backups\/pager\/pagerpal-\d{8}T\d{6}Z\./);
    const listed = await runScript("backup", { args: ["--list"], env });
    assert.ok(listed.out.startsWith(`${backup}  `), listed.out + listed.err);

    await drill.destroy(database);
    const restored = await runScript("restore", { args: [backup], env });
    assert.equal(restored.code, 0, restored.err);
    const found = await everyRow(database.url);
    const told = found["audit_log_entries"]?.pop();
    assert.equal(told?.["action"], "database.restore");
    assert.deepEqual(found, rows);
  });

  test(`a PagerPal that runs on ${name} is not restored under its feet`, async () => {
    await using database = await drill.open();
    await using folder = await tempFolder();
    const env = { DATABASE_URL: database.url };
    await using server = await Server.start({ env });
    const taken = await runScript("backup", { args: [folder.path], env });
    assert.equal(taken.code, 0, taken.err);
    const [backup = ""] = taken.out.split("\n");
    const refused = await runScript("restore", { args: [backup], env });
    assert.equal(refused.code, 1, refused.out);
    assert.match(refused.err, /stop it first/i);
    const { status } = await server.request("GET", "/health/ready");
    assert.equal(status, 200);
    await server.stop();
    const restored = await runScript("restore", { args: [backup], env });
    assert.equal(restored.code, 0, restored.err);
  });
}

/** Every row that was restored is one that was there, as far as it has not changed since. */
function compare(
  found: Record<string, Row[]>,
  lost: Record<string, Row[]>,
): void {
  for (const table of SET_UP) assert.deepEqual(found[table], lost[table]);
  for (const table of APPENDED) {
    const own = (row: Row) => row["action"] !== "database.restore";
    const rows = found[table]?.filter(own) ?? [];
    const ids = new Set(rows.map((row) => row["id"]));
    const were = lost[table]?.filter((row) => ids.has(row["id"]));
    assert.deepEqual(rows, were, table);
  }
  for (const [table, columns] of Object.entries(LASTING)) {
    const lasting = (row?: Row) => columns.map((column) => row?.[column]);
    const were = new Map(lost[table]?.map((row) => [row["id"], row]));
    for (const row of found[table] ?? []) {
      assert.deepEqual(lasting(row), lasting(were.get(row["id"])), table);
    }
  }
}
