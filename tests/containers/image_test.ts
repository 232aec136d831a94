import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import dockerignore from "npm:@balena/dockerignore@1.0.2";
import denoJson from "../../deno.json" with { type: "json" };
import { modulesBelow } from "../../scripts/lint_imports/files.ts";
import { VERSION } from "../../src/version.ts";

const ROOT = new URL("../../", import.meta.url);
const dockerfile = read("Dockerfile");
// A CommonJS module, whose types name the function so.
const context = dockerignore.default().add(read(".dockerignore"));

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** The scripts that operators run, with the permissions of the service. */
function operatorScripts(): string[] {
  return Object.values(denoJson.tasks).flatMap(({ command }) =>
    command.includes("-P=start") ? command.match(/scripts\/\w+\.ts/g) ?? [] : []
  );
}

/** Every file of ours that these modules import, and they themselves. */
async function modulesOf(entries: string[]): Promise<string[]> {
  const files = await Promise.all(entries.map(async (entry) => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: ROOT,
      stderr: "null",
    }).output();
    const { modules }: { modules: { specifier: string }[] } = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    return modules.map(({ specifier }) => specifier)
      .filter((specifier) => specifier.startsWith(ROOT.href))
      .map((specifier) => specifier.slice(ROOT.href.length));
  }));
  return [...new Set(files.flat())];
}

Deno.test("the image is built with all that the service and the operators' scripts import", async () => {
  const scripts = operatorScripts();
  ok(scripts.includes("scripts/migrate.ts"));
  const needed = await modulesOf([
    "main.ts",
    "scripts/healthcheck.ts",
    ...scripts,
  ]);
  ok(needed.includes("src/compose.ts"));
  const folders = ["migrations/0001_initial.sql", "static/templates/page.html"];
  for (const file of [...needed, ...folders, "deno.json", "deno.lock"]) {
    ok(!context.ignores(file), `.dockerignore leaves out ${file}`);
  }
});

Deno.test("the image is built without secrets, data, tests, documents, and scripts that nobody runs there", async () => {
  const kept = [
    ".env",
    "data/pagerpal.db",
    ".git/config",
    "tests/flow/world.ts",
    "docs/web.md",
    "new_thing/file",
  ];
  for (const file of kept) ok(context.ignores(file), file);
  const needed = await modulesOf([
    "scripts/healthcheck.ts",
    ...operatorScripts(),
  ]);
  const root = fileURLToPath(new URL(".", ROOT));
  const superfluous = [...modulesBelow(root, "scripts")]
    .filter((file) => !context.ignores(file) && !needed.includes(file));
  deepEqual(superfluous, []);
});

Deno.test("the image runs what deno task start runs, and downloads nothing", () => {
  const [, command = ""] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  const args: string[] = JSON.parse(command);
  ok(args.includes("--cached-only"));
  equal(
    args.filter((arg) => arg !== "--cached-only").join(" "),
    denoJson.tasks.start.command,
  );
});

Deno.test("the image is built on the Deno that README.md names, or on the one that the builder names", () => {
  const [, version] = /deno@(\d+\.\d+\.\d+)/.exec(read("README.md")) ?? [];
  const [, image = ""] = /^ARG DENO_IMAGE=(.*)$/m.exec(dockerfile) ?? [];
  equal(image, `denoland/deno:debian-${version}`);
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) =>
    base
  );
  deepEqual(bases, ["${DENO_IMAGE}", "${DENO_IMAGE}"]);
  ok(read("docker-compose.yml").includes(`\${DENO_IMAGE:-${image}}`));
});

Deno.test("the image says its version, checks its health, and runs as a user who is not root", () => {
  match(dockerfile, new RegExp(`^ARG VERSION=${VERSION}$`, "m"));
  match(dockerfile, /^HEALTHCHECK /m);
  const [, user] = [...dockerfile.matchAll(/^USER (\d+):\d+$/gm)].at(-1) ?? [];
  ok(Number(user) > 0);
  match(dockerfile, /^VOLUME \/data$/m);
});
