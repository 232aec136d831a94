import { deepEqual, equal, rejects } from "node:assert/strict";
import { fileURLToPath, pathToFileURL } from "node:url";
import { modulesBelow } from "../../scripts/lint_imports/files.ts";
import { inBatches } from "../../scripts/test_batches.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Promises the arguments, and which files the batches among them import. */
async function batched(args: string[]) {
  const into = await Deno.makeTempDir();
  try {
    const passed = await inBatches(args, { root: ROOT, into });
    const batches = passed.filter((path) => path.startsWith(into));
    const texts = await Promise.all(
      batches.map((path) => Deno.readTextFile(path)),
    );
    return {
      passed,
      batches: batches.map((path) => path.slice(into.length + 1)),
      files: texts.flatMap((text) =>
        [...text.matchAll(/^import "(.+)";$/gm)].map(([, url = ""]) => url)
      ),
    };
  } finally {
    await Deno.remove(into, { recursive: true });
  }
}

function testsBelow(folder: string): string[] {
  return [...modulesBelow(ROOT, folder)]
    .filter((path) => path.endsWith("_test.ts"))
    .map((path) => pathToFileURL(ROOT + path).href).sort();
}

Deno.test("every test file is in one batch, far fewer batches than files, those that take long first", async () => {
  const { passed, batches, files } = await batched([]);
  deepEqual(files.sort(), testsBelow("tests"));
  equal(passed.length, batches.length);
  equal(batches.length < files.length / 5, true);
  equal(batches[0], "browser_1_test.ts");
});

Deno.test("a folder is run in batches, a file by itself", async () => {
  const { passed, batches, files } = await batched([
    "tests/jobs/",
    "tests/config_test.ts",
  ]);
  deepEqual(batches, ["jobs_1_test.ts"]);
  deepEqual(files.sort(), testsBelow("tests/jobs"));
  deepEqual(passed.slice(1), ["tests/config_test.ts"]);
});

Deno.test("of folders that lie in each other every file is run once", async () => {
  const { files } = await batched(["tests/http", "tests/http/auth"]);
  deepEqual(files.sort(), testsBelow("tests/http"));
});

Deno.test("with options everything is left to deno test", async () => {
  const args = ["--ignore=tests/browser", "tests"];
  deepEqual((await batched(args)).passed, args);
});

Deno.test("a folder without a test is an error, not all tests", async () => {
  await rejects(batched(["migrations"]), /no test below migrations/);
});
