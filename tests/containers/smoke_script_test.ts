/** scripts/smoke-production-compose with a `docker` that only does as told: what it leaves behind, and its exit code. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { until } from "../process/server.ts";

const SCRIPT = new URL(
  "../../scripts/smoke-production-compose",
  import.meta.url,
);

// Answers as Docker with Compose 2 does where all is well, writes down what it was asked, and does otherwise where told.
const DOCKER = `#!/usr/bin/env bash
folder=$(dirname "$0")
echo "$*" >>"$folder/asked"
case "$*" in
  "info") exit "$(cat "$folder/info" 2>/dev/null || echo 0)" ;;
  *" run --rm -T app_a") echo "run: deno task migrate"; exit 1 ;;
  *" run --rm -T checks $(cat "$folder/fails" 2>/dev/null)") echo "it is broken"; exit 1 ;;
  *" run --rm -T checks $(cat "$folder/hangs" 2>/dev/null)")
    stat --format '%a %n' "$SMOKE_FOLDER"/*.env >"$folder/settings"
    echo "$SMOKE_FOLDER" >"$folder/hanging"
    exec sleep 60 ;;
  *" run --rm -T checks "*) echo "  ok: said" ;;
  *" ps --quiet "*) echo an-id ;;
  *State.Health*) echo "healthy true" ;;
  *State.ExitCode*) echo "\${DOCKER_EXIT_CODE:-0}" ;;
  *MemUsage*) echo "100MiB / 1GiB" ;;
  "top "*) printf 'PID RSS\\n1 120000\\n' ;;
esac
`;

/** The script on its way, in a process group of its own, as a terminal would run it. */
class Smoke implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    readonly child: Deno.ChildProcess,
  ) {}

  static async start(
    told: Record<string, string> = {},
    env: Record<string, string> = {},
  ): Promise<Smoke> {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/docker`, DOCKER, { mode: 0o755 });
    await Deno.mkdir(`${folder}/tmp`);
    for (const [name, text] of Object.entries(told)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const child = new Deno.Command("setsid", {
      args: ["bash", fileURLToPath(SCRIPT)],
      env: {
        PATH: `${folder}:${Deno.env.get("PATH")}`,
        TMPDIR: `${folder}/tmp`,
        ...env,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Smoke(folder, child);
  }

  async ended(): Promise<{ code: number; said: string; asked: string[] }> {
    const { code, stdout, stderr } = await this.child.output();
    const decoder = new TextDecoder();
    const asked = await Deno.readTextFile(`${this.folder}/asked`);
    return {
      code,
      said: decoder.decode(stdout) + decoder.decode(stderr),
      asked: asked.trimEnd().split("\n"),
    };
  }

  /** What it has left in the folder for temporary files. */
  get left(): string[] {
    return [...Deno.readDirSync(`${this.folder}/tmp`)].map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

function takenAway(asked: string[]): void {
  const [down = "", image = ""] = asked.slice(-2);
  match(
    down,
    /--project-name pagerpal-smoke-\d+ down --volumes --remove-orphans/,
  );
  match(image, /^image rm --force pagerpal-smoke-\d+$/);
}

Deno.test("where all of it holds, the smoke script says so and takes everything away", async () => {
  await using smoke = await Smoke.start();
  const { code, said, asked } = await smoke.ended();
  equal(code, 0, said);
  match(said, /All of it holds/);
  takenAway(asked);
  deepEqual(smoke.left, []);
});

Deno.test("where no engine answers, the smoke script says so, tries nothing, and has an exit code for it", async () => {
  await using smoke = await Smoke.start({ info: "1" });
  const { code, said, asked } = await smoke.ended();
  equal(code, 77);
  match(said, /No container engine answers here/);
  deepEqual(asked, ["info"]);
});

Deno.test("where a check fails, the smoke script says which, shows why, and takes everything away", async () => {
  await using smoke = await Smoke.start({ fails: "pages_once" });
  const { code, said, asked } = await smoke.ended();
  equal(code, 1);
  match(said, /it is broken[^]*FAILED: the check pages_once/);
  ok(asked.some((line) => line.includes(" logs ")));
  takenAway(asked);
  deepEqual(smoke.left, []);
});

Deno.test("a container that is killed instead of stopping fails the smoke script", async () => {
  await using smoke = await Smoke.start({}, { DOCKER_EXIT_CODE: "137" });
  const { code, said, asked } = await smoke.ended();
  equal(code, 1);
  match(said, /app_a ended with 137/);
  takenAway(asked);
});

for (const [signal, exitCode] of [["INT", 130], ["TERM", 143]] as const) {
  Deno.test(`SIG${signal} in the middle ends the smoke script, which takes everything away`, async () => {
    await using smoke = await Smoke.start({ hangs: "pages" });
    const folder = await until(
      () => Deno.readTextFile(`${smoke.folder}/hanging`).catch(() => null),
      "the check that hangs",
    );
    const settings = await Deno.readTextFile(`${smoke.folder}/settings`);
    deepEqual(new Set(settings.match(/^\d+/gm)), new Set(["600"]));
    // To the whole group, as Ctrl-C does, and again while it takes away.
    const kill = [`-${signal}`, "--", `-${smoke.child.pid}`];
    await new Deno.Command("kill", { args: kill }).output();
    await new Deno.Command("kill", { args: kill }).output();
    const { code, asked } = await smoke.ended();
    equal(code, exitCode);
    takenAway(asked);
    deepEqual(smoke.left, [], folder);
  });
}
