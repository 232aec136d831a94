/**
 * Runs the shell blocks of the documentation that are marked as tested, as a reader would: in one shell, one after the
 * other, in a fresh copy of the repository.
 *
 * - ```` ```sh tested ```` must end well; `curl` counts an answer of 400 and more as a failure.
 * - ```` ```sh tested service ```` goes on running; the next block begins when PagerPal answers.
 *
 * What differs from a reader's shell is written down here: the port is free, `https://pager.example.com` is this
 * PagerPal, `<key>` is the variable KEY, every question for a password has the same answer, and `npx` runs the Deno that
 * runs the tests, which must be the one that is named.
 */
import { join } from "node:path";
import { freePort } from "../process/server.ts";
import { ROOT } from "./built.ts";
import type { Fence } from "./fences.ts";

const PASSWORD = "nobody's password 4711";

/** What a clone has and these commands need; `data` and `.env` are the machine's own. */
const COPIED = [
  ...["deno.json", "deno.lock", "main.ts", "migrations", "scripts", "src"],
  "static",
];

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** Promises whether this block is to be run. */
export function isTested({ words: [language, ...marks] }: Fence): boolean {
  return language === "sh" && marks.includes("tested");
}

/** Promises what the blocks said, until all had run or one had failed. */
export async function runBlocks(fences: readonly Fence[]): Promise<Ran> {
  // Readers have blanks and signs in the names of their folders.
  const folder = await Deno.makeTempDir({ prefix: "pagerpal's reader #1 % " });
  const port = freePort();
  try {
    await run("cp", ["-r", ...COPIED, folder], { cwd: ROOT });
    await writeCommands(join(folder, ".bin"));
    const script = [
      HEAD,
      ...fences.map((fence) => blockScript(fence, port)),
    ].join("\n");
    return await run("bash", ["-c", script], {
      cwd: folder,
      env: {
        ...Deno.env.toObject(),
        PATH: `${join(folder, ".bin")}:${Deno.env.get("PATH")}`,
        HOME: folder,
        DENO_DIR: await denoDir(),
        PORT: String(port),
        NO_COLOR: "1",
        ENVIRONMENT: "",
        DATABASE_URL: "",
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Each service has a group of processes of its own, which ends with the shell, however that ends. */
const HEAD = `set -euo pipefail
exec < <(yes ${JSON.stringify(PASSWORD)})
services=()
trap 'for one in "\${services[@]}"; do kill -- "-$one"; wait "$one" || true; done' EXIT
until_healthy() {
  for _ in $(seq 600); do
    kill -0 "$1" || exit 1
    curl -s "http://localhost:$PORT/health" > /dev/null && return
    sleep 0.1
  done
  exit 1
}`;

function blockScript({ file, line, words, content }: Fence, port: number) {
  const text = content
    .replaceAll("localhost:8000", `localhost:${port}`)
    .replaceAll("https://pager.example.com", `http://localhost:${port}`)
    // It stands within single quotes.
    .replaceAll("<key>", `'"$KEY"'`);
  const say = `echo '# ${file}:${line}' | tee /dev/stderr`;
  return words.includes("service")
    ? `${say}
set -m
{
${text}} > service.log 2>&1 &
services+=($!)
set +m
until_healthy "\${services[-1]}"`
    : `${say}\n${text}`;
}

async function writeCommands(folder: string): Promise<void> {
  const deno = Deno.execPath();
  const commands = {
    deno: `exec '${deno}' "$@"`,
    npx: `[ "$1 $2" = "-y deno@${Deno.version.deno}" ] || exit 64
shift 2
exec '${deno}' "$@"`,
    curl: `exec ${await whereIs("curl")} --fail-with-body "$@"`,
  };
  await Deno.mkdir(folder);
  for (const [name, text] of Object.entries(commands)) {
    await Deno.writeTextFile(join(folder, name), `#!/bin/sh\n${text}\n`, {
      mode: 0o755,
    });
  }
}

/** Promises the path of the program; empty where there is none. */
export async function whereIs(program: string): Promise<string> {
  const { out } = await run("sh", ["-c", `command -v ${program}`], {});
  return out.trim();
}

/** Packages are not downloaded again. */
async function denoDir(): Promise<string> {
  const { out } = await run(Deno.execPath(), ["info", "--json"], {});
  return JSON.parse(out).denoDir;
}

async function run(
  command: string,
  args: string[],
  options: Pick<Deno.CommandOptions, "cwd" | "env">,
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    ...options,
    args,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}
