/**
 * `deno task --frozen=false lock` writes both lock files anew, after a library has changed: deno.lock with the service's
 * libraries only, since `deno task` downloads all that it holds, and tests/deno.lock with what the tests use besides.
 */
import { POSTGRES_PACKAGES } from "../tests/postgres.ts";
import { fromFileUrl, modulesBelow } from "./lint_imports/files.ts";

const ROOT = new URL("../", import.meta.url);
const SERVICE = new URL("deno.lock", ROOT);
const TESTS = new URL("tests/deno.lock", ROOT);

await Deno.remove(SERVICE);
await deno(["install"]);
// The tests' own packages are added to the service's, whose versions stay.
await Deno.copyFile(SERVICE, TESTS);
const root = fromFileUrl(ROOT.href);
const files = ["scripts", "tests"].flatMap((folder) => [
  ...modulesBelow(root, folder),
]);
const lock = `--lock=${fromFileUrl(TESTS.href)}`;
await deno(["cache", lock, "main.ts", ...files, ...POSTGRES_PACKAGES]);

async function deno([name = "", ...rest]: string[]): Promise<void> {
  // Everything else must find the lock files as they are (deno.json).
  const args = [name, "--frozen=false", ...rest];
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT });
  const { success } = await command.spawn().status;
  if (!success) throw new Error(`deno ${name} failed`);
}
