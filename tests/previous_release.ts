/**
 * The release before this code: its own program and its own tests of the store, on the schema that this code's migrations
 * make. What passes there goes on working while nodes are upgraded one by one.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readMigrations } from "../src/store/migrations.ts";

/** The migrations of this code. */
export const OURS = new URL("../migrations/", import.meta.url);

export interface Comparison {
  /** A git repository. */
  repository: string;
  /** Migrations of the newer version. */
  migrations: URL;
}

/** A release to try, or why there is none: a sentence. */
export type Previous =
  | { tag: string; why: null }
  | { tag: string | null; why: string };

/** Promises the newest release before HEAD, by its tag as v2.0.0 or v2.0.0-rc.1. */
export async function previousRelease(
  { repository, migrations }: Comparison,
): Promise<Previous> {
  const tag = await newestTag(repository);
  if (tag === null) return { tag, why: "no release is tagged yet" };
  const listed = await git(repository, [
    ...["ls-tree", "--name-only", `${tag}:migrations`],
  ]);
  const known = lines(listed).filter((name) => name.endsWith(".sql"));
  const newer = (await readMigrations(migrations)).slice(known.length);
  if (newer.length === 0) return { tag, why: `${tag} has the same schema` };
  const breaking = newer.find((one) => one.neededVersion > known.length);
  return breaking === undefined
    ? { tag, why: null }
    : { tag, why: `${breaking.name} says that ${tag} cannot work on it` };
}

async function newestTag(repository: string): Promise<string | null> {
  // A release candidate comes before its release.
  const tags = await git(repository, [
    ...["-c", "versionsort.suffix=-", "tag", "--list", "v*"],
    ...["--merged", "HEAD", "--no-contains", "HEAD", "--sort=-v:refname"],
  ]).catch(() => "");
  return lines(tags).find((tag) => /^v\d+\.\d+\.\d+(-[\w.]+)?$/.test(tag)) ??
    null;
}

/** Promises what became of the tag's own tests, run by its own program on a database with the newer migrations. */
export async function runTestsOf(
  tag: string,
  { repository, migrations, tests }: Comparison & { tests: string },
): Promise<{ code: number; output: string }> {
  const folder = await Deno.makeTempDir({ prefix: "pagerpal_test_" });
  try {
    const archive = join(folder, "release.tar");
    await git(repository, ["archive", `--output=${archive}`, tag]);
    await succeed("tar", ["-xf", archive, "-C", folder]);
    await replaceMigrations(join(folder, "migrations"), migrations);
    const ran = await run(Deno.execPath(), {
      args: ["task", "test", tests],
      cwd: folder,
      // Databases that test files share have this code's schema, or some test's rows.
      env: { TEST_RUN_FOLDER: "", NO_COLOR: "1" },
    });
    return ran;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function replaceMigrations(folder: string, by: URL): Promise<void> {
  await Deno.remove(folder, { recursive: true });
  await Deno.mkdir(folder);
  for await (const { name } of Deno.readDir(by)) {
    await Deno.copyFile(join(fileURLToPath(by), name), join(folder, name));
  }
}

/** Promises what git prints; throws with its words where it fails. */
export function git(repository: string, args: string[]): Promise<string> {
  return succeed("git", ["-C", repository, ...args]);
}

async function succeed(command: string, args: string[]): Promise<string> {
  const { code, output } = await run(command, { args });
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${output}`);
  return output;
}

async function run(
  command: string,
  options: Deno.CommandOptions,
): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    ...options,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, output: text(stdout) + text(stderr) };
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
