/** What a start loads, by the imports as Deno reads them: each module is time before the first answer, and memory. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

/** Loaded by whoever uses them first, or by the database that is there. */
const LATER = [
  "@libsql/client/http",
  "@node-rs/argon2",
  "@opentelemetry/api",
  "ical.js",
  "libphonenumber-js",
  "libsql",
  "node:http",
  "node:https",
  "node:zlib",
  "postgres",
  "rrule-temporal",
];

Deno.test("what only some use is not loaded by every start", async () => {
  const { loaded, all } = await importsOf("main.ts");
  assert.ok(loaded.has("kysely"), "the imports are found");
  assert.deepEqual(LATER.filter((name) => loaded.has(name)), []);
  assert.deepEqual(LATER.filter((name) => !all.has(name)), []);
  // Its index brings a push gateway, a cluster and an HTTP client along.
  assert.ok(loaded.has("prom-client/lib/registry.js"));
  assert.ok(!loaded.has("prom-client"));
});

interface Module {
  specifier: string;
  dependencies?: {
    isDynamic?: boolean;
    code?: { specifier?: string };
  }[];
}

/** Promises what the module and all that it imports need at once, and what they may need some time, of libraries. */
async function importsOf(path: string) {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--frozen", path],
    cwd: ROOT,
    stderr: "null",
  }).output();
  assert.ok(success);
  const { roots, modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    roots: string[];
    modules: Module[];
  };
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set(roots);
  // What is added while the set is walked is walked too.
  for (const specifier of loaded) {
    for (const one of byName.get(specifier)?.dependencies ?? []) {
      if (one.code?.specifier && !one.isDynamic) loaded.add(one.code.specifier);
    }
  }
  return {
    loaded: new Set([...loaded].map(nameOf)),
    all: new Set(modules.map(({ specifier }) => nameOf(specifier))),
  };
}

/** Promises `libsql` for `npm:/libsql@0.5.29`, and a path inside the library as it is. */
function nameOf(specifier: string): string {
  return specifier.replace(
    /^npm:\/?((?:@[^/]+\/)?[^@/]+)@[^/]+/,
    "$1",
  );
}
