import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { BackupError } from "../../src/backup/backup_error.ts";
import { folderPlace } from "../../src/backup/folder_place.ts";
import { LONGEST_TEXT } from "../../src/backup/place.ts";
import { s3Place } from "../../src/backup/s3_place.ts";
import { S3Server } from "../s3_server.ts";
import { accessOf, PLACES, tempFolder } from "./places.ts";

for (const [kind, open] of Object.entries(PLACES)) {
  Deno.test(`a ${kind} keeps files under their names, lists them, gives them back and deletes them`, async () => {
    await using test = await open();
    const { place, folder } = test;
    await place.check();
    deepEqual(await place.list(), []);

    // More than one part of an upload has room for.
    const big = crypto.getRandomValues(new Uint8Array(60_000));
    const content = new Uint8Array(300 * big.length);
    for (let part = 0; part < 300; part++) content.set(big, part * big.length);
    const draft = join(place.drafts, ".big.partial");
    await Deno.writeFile(draft, content);
    await place.keep(draft, "big.db");
    await rejects(Deno.stat(draft), Deno.errors.NotFound);
    await Deno.writeTextFile(draft, "{}");
    await place.keep(draft, "big.db.json");
    deepEqual((await place.list()).sort(), ["big.db", "big.db.json"]);

    const copy = join(folder, "copy.db");
    await place.fetch("big.db", copy);
    deepEqual(await Deno.readFile(copy), content);
    if (Deno.build.os !== "windows") {
      equal(((await Deno.stat(copy)).mode ?? 0) & 0o777, 0o600);
    }
    equal(await place.read("big.db.json"), "{}");
    equal(await place.read("nothing.json"), null);
    equal(content.length > LONGEST_TEXT, true);
    equal(await place.read("big.db"), null, "too long to be a manifest");

    await place.remove("big.db");
    await place.remove("nothing.json");
    deepEqual(await place.list(), ["big.db.json"]);
    await rejects(place.fetch("big.db", copy), (error) => {
      match(String(error), /^BackupError: .*big\.db .*: it is not there\.$/);
      return true;
    });
  });
}

Deno.test("a folder that takes no files is refused in a sentence", async () => {
  await using folder = await tempFolder();
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  await rejects(folderPlace(join(file, "below")).check(), BackupError);
});

Deno.test("a bucket that is missing, a key that is wrong, a permission that is lacking and a server that is away are told apart", async () => {
  await using folder = await tempFolder();
  await using server = await S3Server.start({ buckets: ["backups"] });
  const access = accessOf(server);
  const scratch = folder.path;
  const said = async (work: Promise<unknown>) => {
    const error = await work.then(() => null, (reason) => reason);
    equal(error instanceof BackupError, true, String(error));
    return String(error.message);
  };
  const missing = s3Place({ bucket: "missing", prefix: "" }, {
    ...{ access, scratch },
  });
  match(await said(missing.check()), /there is no bucket missing\./);

  const target = { bucket: "backups", prefix: "" };
  const credentials = { accessKeyId: "STRANGER", secretAccessKey: "x" };
  const stranger = s3Place(target, {
    access: { ...access, credentials },
    scratch,
  });
  match(await said(stranger.check()), /AWS_ACCESS_KEY_ID is not known there\./);

  const reader = s3Place(target, { access, scratch });
  server.refuse("PUT");
  server.refuse("POST");
  const draft = join(scratch, "draft");
  await Deno.writeTextFile(draft, "x");
  match(
    await said(reader.keep(draft, "a.db")),
    /a\.db could not be written: access to the bucket backups is denied\..*s3:PutObject/,
  );

  const away = s3Place(target, {
    access: { ...access, endpoint: "http://127.0.0.1:9" },
    scratch,
  });
  match(await said(away.check()), /^s3:\/\/backups\/ cannot be used: /);
  match(
    await said(
      Promise.try(() =>
        s3Place(target, {
          access: { ...access, region: null, endpoint: null },
          scratch,
        })
      ),
    ),
    /^AWS_REGION is not set/,
  );
});
