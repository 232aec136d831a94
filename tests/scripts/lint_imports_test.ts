import { deepEqual, equal, match } from "node:assert/strict";
import {
  findForbiddenImports,
  findForbiddenWords,
  type ModuleGraph,
} from "../../scripts/lint_imports.ts";
import { MAY_IMPORT } from "../../scripts/lint_imports/rules.ts";

const ROOT = "file:///repo/";

/** A graph in which each file imports what stands beside it. */
function graph(imports: Record<string, string[]>): ModuleGraph {
  const absolute = (to: string) => to.includes(":") ? to : ROOT + to;
  return {
    modules: Object.entries(imports).map(([from, targets]) => ({
      specifier: ROOT + from,
      dependencies: targets.map((to) => ({
        specifier: to,
        code: { specifier: absolute(to) },
      })),
    })),
  };
}

function violations(imports: Record<string, string[]>): string[] {
  return findForbiddenImports(graph(imports), ROOT);
}

Deno.test("the rooms may import what the plan of the house says, and nothing is said about it", () => {
  deepEqual(
    violations({
      "src/domain/a.ts": ["src/domain/b.ts"],
      "src/ports/a.ts": ["src/domain/b.ts", "src/ports/b.ts"],
      "src/store/a.ts": ["src/ports/b.ts", "npm:kysely@1.0.0", "node:fs"],
      "src/app/a.ts": ["src/ports/b.ts", "src/domain/b.ts"],
      "src/api/a.ts": ["src/http/b.ts", "src/app/b.ts"],
      "src/config.ts": ["src/config/b.ts", "npm:zod@4"],
      "src/config/b.ts": [],
      "main.ts": ["src/config.ts", "src/store/a.ts", "src/web/b.ts"],
      "src/compose.ts": ["src/store/a.ts", "src/web/b.ts", "src/config.ts"],
      "scripts/seed.ts": ["src/config.ts", "src/store/a.ts"],
    }),
    [],
  );
});

Deno.test("an import across the fence is named with the rule it breaks", () => {
  deepEqual(violations({ "src/domain/a.ts": ["src/ports/b.ts"] }), [
    "src/domain/a.ts may not import src/ports/b.ts: domain may import nothing but itself",
  ]);
  deepEqual(violations({ "src/store/a.ts": ["src/channels/b.ts"] }), [
    "src/store/a.ts may not import src/channels/b.ts: store may import ports, domain",
  ]);
});

Deno.test("every pair of rooms that is not allowed is refused", () => {
  const rooms = Object.keys(MAY_IMPORT);
  for (const from of rooms) {
    for (const to of rooms) {
      const found = violations({ [`src/${from}/a.ts`]: [`src/${to}/b.ts`] });
      const allowed = from === to || MAY_IMPORT[from]?.includes(to) ||
        from === "compose" || from === "open_database";
      equal(found.length, allowed ? 0 : 1, `${from} -> ${to}`);
    }
  }
});

Deno.test("nothing imports main.ts, a library reaches no domain, src nothing outside, and a new room must be named", () => {
  const found = violations({
    "scripts/seed.ts": ["main.ts"],
    "src/domain/a.ts": ["npm:zod@4", "node:crypto"],
    "src/app/a.ts": ["scripts/seed.ts"],
    "src/attic/a.ts": ["src/domain/b.ts"],
  });
  equal(found.length, 5);
  match(found[0] ?? "", /^scripts\/seed.ts may not import main.ts: nothing/);
  match(found[1] ?? "", /npm:zod@4: the domain imports no libraries$/);
  match(found[2] ?? "", /node:crypto: the domain imports no libraries$/);
  match(found[3] ?? "", /src imports only from src$/);
  match(found[4] ?? "", /attic is no room/);
});

Deno.test("an import of types only counts like any other", () => {
  const types: ModuleGraph = {
    modules: [{
      specifier: `${ROOT}src/domain/a.ts`,
      dependencies: [{
        specifier: "../store/b.ts",
        type: { specifier: `${ROOT}src/store/b.ts` },
      }],
    }],
  };
  equal(findForbiddenImports(types, ROOT).length, 1);
});

Deno.test("the environment, the clock and chance are found where they do not belong", () => {
  const refused: [string, string][] = [
    ["src/app/a.ts", 'Deno.env.get("A")'],
    ["main.ts", 'Deno . env.get("A")'],
    ["src/store/a.ts", "process.env.A"],
    ["src/app/a.ts", "const nowMs = Date.now();"],
    ["src/app/a.ts", "const clock: Clock = Date.now;"],
    ["src/http/a.ts", "new Date()"],
    ["src/http/a.ts", "new Date;"],
    ["src/domain/a.ts", "Temporal.Now.instant()"],
    ["src/app/a.ts", "Math.random()"],
    ["src/app/a.ts", "crypto.randomUUID()"],
    ["src/domain/a.ts", "await fetch(url)"],
    ["src/domain/a.ts", "Deno.readTextFileSync(path)"],
    ["src/domain/a.ts", "setTimeout(work, 1)"],
    ["src/app/a.ts", 'const u = "https://example.com"; const t = Date.now();'],
  ];
  for (const [path, code] of refused) {
    equal(findForbiddenWords(path, code).length, 1, `${path}: ${code}`);
  }
  match(
    findForbiddenWords("src/app/a.ts", "Date.now()")[0] ?? "",
    /^src\/app\/a.ts may not use Date.now: the clock is passed in/,
  );
});

Deno.test("what is allowed there, and what only a comment says, is not", () => {
  const fine: [string, string][] = [
    ["src/config.ts", 'Deno.env.get("A")'],
    ["src/config/a.ts", 'Deno.env.get("A")'],
    ["main.ts", "const clock = Date.now;"],
    ["scripts/seed.ts", "const clock = Date.now;"],
    ["src/domain/a.ts", "new Date(instantMs)"],
    ["src/domain/a.ts", "// never Date.now()\n/** nor Math.random */"],
    ["src/app/a.ts", "const updateDate = 1;"],
    ["src/logging.ts", "console.log(1)"],
  ];
  for (const [path, code] of fine) {
    deepEqual(findForbiddenWords(path, code), [], `${path}: ${code}`);
  }
});

Deno.test("the house itself is within its fence", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/lint_imports.ts"],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
  }).output();
  equal(code, 0, new TextDecoder().decode(stderr));
});
