/**
 * The import fence: which room of src may import which, what the domain must not touch, and who reads the environment.
 * Prints each violation and ends with exit code 1 when there is one. `deno task lint` runs it.
 */
import { fromFileUrl, relativeTo, sourceFiles } from "./lint_imports/files.ts";
import {
  FORBIDDEN,
  MAY_IMPORT,
  mayImport,
  roomOf,
} from "./lint_imports/rules.ts";
import { withoutComments } from "./lint_imports/without_comments.ts";

/** The part of `deno info --json` that is read here; specifiers are absolute. */
export interface ModuleGraph {
  modules: {
    specifier: string;
    dependencies?: {
      specifier: string;
      code?: { specifier?: string };
      type?: { specifier?: string };
    }[];
  }[];
}

/** Promises a sentence for each import that a rule forbids; `root` is the repository's folder as a file: URL with a slash. */
export function findForbiddenImports(
  graph: ModuleGraph,
  root: string,
): string[] {
  const violations: string[] = [];
  for (const { specifier, dependencies = [] } of graph.modules) {
    const from = relativeTo(root, specifier);
    if (from === null) continue;
    for (const dependency of dependencies) {
      const target = dependency.code?.specifier ?? dependency.type?.specifier ??
        dependency.specifier;
      const to = relativeTo(root, target) ?? target;
      const rule = ruleAgainst(from, to);
      if (rule) violations.push(`${from} may not import ${to}: ${rule}`);
    }
  }
  return violations;
}

/** Promises a sentence for each word that must not be in the file, comments aside; `path` is relative to the root. */
export function findForbiddenWords(path: string, text: string): string[] {
  const code = withoutComments(text);
  return FORBIDDEN
    .filter(({ inside, except }) => inside.test(path) && !except?.test(path))
    .flatMap(({ word, rule }) => {
      const found = word.exec(code)?.[0];
      return found === undefined ? [] : `${path} may not use ${found}: ${rule}`;
    });
}

function ruleAgainst(from: string, to: string): string | null {
  if (to === "main.ts") return "nothing imports the composition root";
  const fromRoom = roomOf(from);
  if (fromRoom === null) return null;
  const allowed = MAY_IMPORT[fromRoom];
  if (allowed === undefined) {
    return `${fromRoom} is no room; name it in scripts/lint_imports/rules.ts`;
  }
  if (/^(npm|node|jsr|https?):/.test(to)) {
    return fromRoom === "domain" ? "the domain imports no libraries" : null;
  }
  const toRoom = roomOf(to);
  if (toRoom === null) return "src imports only from src";
  if (mayImport(fromRoom, toRoom)) return null;
  const names = allowed.length > 0 ? allowed.join(", ") : "nothing but itself";
  return `${fromRoom} may import ${names}`;
}

/** One graph over all files: `deno info` takes one entry, so that entry imports them all. */
async function readGraph(files: string[], root: string): Promise<ModuleGraph> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const lines = files.map((file) => `import ${JSON.stringify(root + file)};`);
    await Deno.writeTextFile(entry, lines.join("\n"));
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          "info",
          "--json",
          `--lock=${fromFileUrl(`${root}tests/deno.lock`)}`,
          "--config",
          fromFileUrl(`${root}deno.json`),
          entry,
        ],
        stdin: "null",
      },
    ).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(entry);
  }
}

async function main(): Promise<number> {
  const root = new URL("../", import.meta.url).href;
  const files = sourceFiles(fromFileUrl(root));
  const violations = findForbiddenImports(await readGraph(files, root), root);
  for (const file of files) {
    const text = await Deno.readTextFile(fromFileUrl(root + file));
    violations.push(...findForbiddenWords(file, text));
  }
  violations.forEach((violation) => console.error(violation));
  console.log(
    `Import fence: ${files.length} files, ${violations.length} violations`,
  );
  return violations.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
