/**
 * Runs the tests: `deno run -A scripts/test.ts [files, folders or options of deno test]`. Where TEST_DATABASE_URL is not
 * set, a PostgreSQL is started for the time they take. The last line says how many tests passed and failed.
 */
import { dropDatabasesOf } from "../tests/databases.ts";
import { startPostgres } from "../tests/postgres.ts";
import { inBatches } from "./test_batches.ts";

// `deno test scripts` takes a file of this name for a test, and would run all tests within the tests.
if (!import.meta.main) throw new Error("This runs the tests and is none.");

const given = Deno.env.get("TEST_DATABASE_URL");
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  if (signal === "SIGTERM" && Deno.build.os === "windows") continue;
  Deno.addSignalListener(signal, () => stopping.abort());
}

const server = given ? null : await startPostgres();
// What tests of different files share, as the browser's binaries.
const folder = await Deno.makeTempDir({ prefix: "pagerpal_run_" });
const report = `${folder}/report.xml`;
try {
  const code = await runTests(
    given || server?.url || "",
    await inBatches(Deno.args, { root: Deno.cwd(), into: `${folder}/batches` }),
  );
  const { passed, failed } = count(
    await Deno.readTextFile(report).catch(() => ""),
    code,
  );
  if (passed + failed === 0) console.error("No test was run.");
  console.log(`${passed} passed, ${failed} failed`);
  Deno.exitCode = code !== 0 ? code : passed + failed === 0 ? 1 : 0;
} finally {
  // A server that was started for this run goes with all that it has.
  if (given) await dropDatabasesOf(folder).catch(console.error);
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await server?.stop();
}
// The signal listeners would keep the process.
Deno.exit();

/** Promises the runner's exit code; 130 where it was interrupted. */
async function runTests(
  databaseUrl: string,
  args: string[],
): Promise<number> {
  if (stopping.signal.aborted) return 130;
  const runner = new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-A", "--parallel", `--junit-path=${report}`],
      // Types are what `deno task check` is for; checking them again would hold up every test.
      "--no-check",
      // Most of a test's code runs a few times only: compiled at once and simply, it takes about a tenth less.
      "--v8-flags=--always-sparkplug",
      // Of its own, so that the service's lock file holds nothing that only tests use.
      ...["--lock=tests/deno.lock", "--frozen"],
      ...args,
    ],
    env: {
      TEST_DATABASE_URL: databaseUrl,
      TEST_RUN_FOLDER: folder,
      // Some test file always waits for a database, a browser or a process.
      DENO_JOBS: Deno.env.get("DENO_JOBS") ??
        String(navigator.hardwareConcurrency + 1),
    },
    stdin: "null",
  }).spawn();
  stopping.signal.addEventListener("abort", () => {
    try {
      runner.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
  });
  const { code } = await runner.status;
  return stopping.signal.aborted ? 130 : code;
}

/** What the report says. A file that could not even be loaded is no test in it, but a failure all the same. */
function count(junit: string, code: number) {
  const [, suites = ""] = /<testsuites([^>]*)>/.exec(junit) ?? [];
  const number = (name: string, text: string) =>
    Number(new RegExp(`\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0);
  const skipped = [...junit.matchAll(/<skipped\b/g)].length;
  const failed = number("failures", suites) + number("errors", suites);
  const passed = number("tests", suites) - failed - skipped;
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}
