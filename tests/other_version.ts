/** The migrations of a version before or after this one, in a folder of their own. */
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { NEWEST_SCHEMA_VERSION } from "../src/store/migrations.ts";

const OURS = new URL("../migrations/", import.meta.url);

export interface OtherVersion extends AsyncDisposable {
  /** For `migrate`. */
  folder: URL;
}

/** The number that the next migration will have, as its file's name has it. */
export const NEXT_NUMBER = String(NEWEST_SCHEMA_VERSION + 1).padStart(4, "0");

/** Promises our migrations and one more. */
export async function newerVersion(
  name: string,
  sql: string,
): Promise<OtherVersion> {
  const newer = await copyWhere(() => true);
  await Deno.writeTextFile(new URL(name, newer.folder), sql);
  return newer;
}

/** Promises our migrations but the newest. */
export async function olderVersion(): Promise<OtherVersion> {
  const newest = String(NEWEST_SCHEMA_VERSION).padStart(4, "0");
  return await copyWhere((name) => !name.startsWith(newest));
}

async function copyWhere(
  wanted: (name: string) => boolean,
): Promise<OtherVersion> {
  const path = await Deno.makeTempDir({ prefix: "pagerpal_test_" });
  for await (const { name } of Deno.readDir(OURS)) {
    if (!wanted(name)) continue;
    await Deno.copyFile(join(fileURLToPath(OURS), name), join(path, name));
  }
  return {
    folder: pathToFileURL(`${path}/`),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
