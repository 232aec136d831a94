import { deepEqual, equal, match } from "node:assert/strict";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { tempFolder } from "../backup/places.ts";
import { S3Server } from "../s3_server.ts";
import { MIGRATED } from "../stores.ts";
import { runScript } from "./scripts.ts";

Deno.test("backup makes a file under the name that is given, once, and says what is not in it", async () => {
  await using database = await MIGRATED.libSQL();
  const { url } = database;
  await using folder = await tempFolder();
  const env = { DATABASE_URL: url };
  const args = [join(folder.path, "before upgrade.db")];
  const made = await runScript("backup", { args, env });
  equal(made.code, 0, made.err);
  match(made.out, /before upgrade\.db\n\d+ bytes, .*found whole/);
  match(made.out, /Keep SECRET_KEY too/);
  const again = await runScript("backup", { args, env });
  equal(again.code, 1);
  match(again.err, /before upgrade\.db is there already/);
});

Deno.test("backup keeps as many as it is told, and in a bucket says what is in the way", async () => {
  await using database = await MIGRATED.libSQL();
  const { url } = database;
  await using folder = await tempFolder();
  const old = join(folder.path, "pagerpal-20200101T000000Z.db");
  await Deno.writeTextFile(old, "an old one");
  const env: Record<string, string> = { DATABASE_URL: url };
  const args = [folder.path, "--keep", "1"];
  const made = await runScript("backup", { args, env });
  equal(made.code, 0, made.err);
  match(made.out, /Deleted pagerpal-20200101T000000Z\.db/);

  await using s3 = await S3Server.start({ buckets: ["backups"] });
  Object.assign(env, s3.env);
  const missing = await runScript("backup", { args: ["s3://missing"], env });
  equal(missing.code, 1);
  match(missing.err, /there is no bucket missing\./);
  s3.refuse("PUT");
  const denied = await runScript("backup", { args: ["s3://backups"], env });
  equal(denied.code, 1);
  match(denied.err, /access to the bucket backups is denied/);
  deepEqual(/^\s+at /m.test(denied.err), false, denied.err);
});

Deno.test("backup and restore are called wrongly in a sentence", async () => {
  const env = { DATABASE_URL: "file:/nowhere/at/all/pagerpal.db" };
  const cases: [script: string, args: string[], code: number, said: RegExp][] =
    [
      ["backup", ["ftp://host/x"], 2, /<where> must be a folder, or s3:/],
      ["backup", ["--keep", "0"], 2, /--keep takes a whole number from 1/],
      ["backup", ["/tmp"], 1, /There is no database at /],
      ["restore", [], 2, /Expected a backup/],
      ["restore", ["/nowhere/a.db"], 1, /\/nowhere cannot be read/],
      ["restore", ["s3://bucket"], 1, /is neither a file nor s3:/],
    ];
  for (const [script, args, code, said] of cases) {
    const ended = await runScript(script, { args, env });
    equal(ended.code, code, ended.err);
    match(ended.err, said);
  }
  const server = { DATABASE_URL: "libsql://db.example.com" };
  const remote = await runScript("backup", { env: server });
  match(remote.err, /keeps its backups itself/);
});

const UNSHARE = "/usr/bin/unshare";

/** A file system of its own that is nobody else's: Linux only. */
const SMALL_DISK = {
  ignore: Deno.build.os !== "linux" || !await canUnshare(),
};

/** Runs the task with a disk of 256 KB at the folder; tells what it said, and in `out` what is on the disk afterwards. */
async function onSmallDisk(
  task: "backup" | "restore",
  { folder, before = "true", args, env }: {
    folder: string;
    /** What is done on the disk before, in the words of a shell. */
    before?: string;
    args: string[];
    env: Record<string, string>;
  },
): Promise<{ code: number; out: string; err: string }> {
  const [, ...command] = config.tasks[task].command.split(" ");
  const script = `mount -t tmpfs -o size=256k tmpfs "$0" || exit 99
    ${before}
    "$@" > /dev/null; code=$?; ls -A "$0"; exit $code`;
  const { code, stdout, stderr } = await new Deno.Command(UNSHARE, {
    args: [
      ...["--map-root-user", "--mount", "sh", "-c", script, folder],
      ...[Deno.execPath(), ...command, ...args],
    ],
    env: { NO_COLOR: "1", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test({
  name:
    "a disk that is full during a backup is said in a sentence, and no half of it is left",
  ...SMALL_DISK,
  async fn() {
    await using database = await MIGRATED.libSQL();
    const { url } = database;
    await using folder = await tempFolder();
    const { code, out, err } = await onSmallDisk("backup", {
      folder: folder.path,
      args: [folder.path],
      env: { DATABASE_URL: url },
    });
    equal(code, 1, err);
    match(err, /could not be copied: the disk is full\./);
    equal(out, "", "nothing is left");
  },
});

Deno.test({
  name:
    "a disk that is full during a restoration is said in a sentence, and what is there stays",
  ...SMALL_DISK,
  async fn() {
    await using database = await MIGRATED.libSQL();
    const { url } = database;
    await using folder = await tempFolder();
    await using disk = await tempFolder();
    const made = await runScript("backup", {
      args: [folder.path],
      env: { DATABASE_URL: url },
    });
    const [backup = ""] = made.out.split("\n");
    const { code, out, err } = await onSmallDisk("restore", {
      folder: disk.path,
      before: `echo "what was there" > "$0/pagerpal.db"`,
      args: [backup],
      env: { DATABASE_URL: `file:${disk.path}/pagerpal.db` },
    });
    equal(code, 1, err);
    match(err, /could not be copied: the disk is full\./);
    equal(out, "pagerpal.db\n");
  },
});

async function canUnshare(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(UNSHARE, {
      args: ["--map-root-user", "--mount", "true"],
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}
