import assert from "node:assert/strict";
import { join } from "node:path";
import {
  createTestDatabase,
  onConnection,
  type TestDatabase,
} from "../databases.ts";
import { migrate } from "../../src/store/migrate.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";
import { mountSmallDisk, type SmallDisk } from "../small_disk.ts";
import { ALERT, createAdmin, settings, setUp } from "./desk.ts";
import { Server, until } from "./server.ts";

/** A migrated database on the disk; null where its server cannot use this machine's disks. */
type Place = (disk: SmallDisk) => Promise<TestDatabase | null>;

const onFile: Place = async ({ folder }) => {
  const url = `file:${join(folder, "pagerpal.db")}`;
  await migrate({ url }, 0);
  const drop = () => Promise.resolve();
  return { url, drop, [Symbol.asyncDispose]: drop };
};

const inTablespace: Place = async ({ folder }) => {
  const database = await createTestDatabase();
  const name = `small_${crypto.randomUUID().replaceAll("-", "")}`;
  const server = new URL(database.url);
  server.pathname = "/postgres";
  const drop = async () => {
    await database.drop();
    await onConnection(
      server.href,
      (sql) => sql.unsafe(`DROP TABLESPACE IF EXISTS ${name}`),
    );
  };
  const placed = await onConnection(server.href, async (sql) => {
    const [row] = await sql`SHOW data_directory`;
    const owner = await Deno.stat(row?.["data_directory"]).catch(() => null);
    if (!owner) return false;
    await Deno.chown(folder, owner.uid, owner.gid);
    await sql.unsafe(`CREATE TABLESPACE ${name} LOCATION '${folder}'`);
    const own = new URL(database.url).pathname.slice(1);
    await sql.unsafe(`ALTER DATABASE "${own}" SET TABLESPACE ${name}`);
    return true;
  });
  if (!placed) {
    await drop();
    return null;
  }
  await migrate({ url: database.url }, 0);
  return { url: database.url, drop, [Symbol.asyncDispose]: drop };
};

const MEBIBYTES = 64;
const trial = await mountSmallDisk(1);
const mayMount = trial !== null;
await trial?.[Symbol.asyncDispose]();

/** So much of each alert is kept that a page of the database is soon full. */
const LONG = "smoke ".repeat(5_000);
const MOST_ALERTS = 300;

for (
  const [name, place] of [["SQLite", onFile], [
    "PostgreSQL",
    inTablespace,
  ]] as const
) {
  Deno.test({
    name:
      `on a disk that is full each alert is durable or answered 503, and all are paged once there is room again (${name})`,
    // Where only root may mount a file system, and this is not root.
    ignore: !mayMount,
    async fn(t) {
      await using disk = await mountSmallDisk(MEBIBYTES);
      assert.ok(disk);
      await using database = await place(disk);
      if (!database) {
        await t.step({
          name: "the server's disks are not this machine's",
          ignore: true,
          fn: () => {},
        });
        return;
      }
      await using infobip = await FakeInfobip.start();
      await using smtp = await FakeSmtp.start();
      const env = settings(database.url, infobip, smtp);
      await createAdmin(env);
      await using server = await Server.start({ env });
      const { key } = await setUp(server, 60);
      const post = async (n: number) => {
        const response = await server.request("POST", "/api/v1/alerts", {
          key,
          body: {
            ...ALERT,
            external_id: `alert ${n}`,
            title: `alert ${n};`,
            description: LONG,
          },
        });
        return response.status;
      };
      assert.equal(await post(0), 201);
      await disk.fill();
      let refused = 0;
      while (refused === 0 || await post(refused) === 201) {
        refused++;
        assert.ok(refused < MOST_ALERTS, "the disk was never full");
      }
      assert.equal(await post(refused), 503);
      const ready = await server.request("GET", "/health/ready");
      assert.equal(ready.status, 503);
      assert.match(ready.body.reasons.join(" "), /no space left/);
      await disk.free();
      assert.equal(await post(refused), 201);
      // What is written a while after the last refusal shows that there is room again.
      await until(async () => {
        await post(refused);
        const { status } = await server.request("GET", "/health/ready");
        return status === 200 ? status : null;
      }, "a node that is ready again");
      for (let n = 0; n <= refused; n++) {
        await infobip.waitFor(({ text }) => text.includes(`alert ${n};`));
      }
      assert.equal(infobip.taken.length, refused + 1);
      assert.equal(await server.stop(), 0);
    },
  });
}
