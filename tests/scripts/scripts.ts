/** Runs a script as its task does, with no more permissions, to its end. */
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Promises its exit code and what it said. `env` is all of its environment but what the runtime needs. */
export async function runScript(
  name: string,
  { args = [], env, input = "" }: {
    args?: string[];
    env: Record<string, string>;
    input?: string;
  },
): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...taskArguments(`scripts/${name}.ts`), ...args],
    cwd: ROOT,
    env: { ENVIRONMENT: "test", NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A script that asks for nothing may be over before it could have been told.
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** What the task of this script passes to deno. */
function taskArguments(script: string): string[] {
  const commands = Object.values(config.tasks).map(({ command }) => command);
  const found = commands.find((command) => command.endsWith(` ${script}`));
  const [deno, ...args] = found?.split(" ") ?? [];
  if (deno !== "deno") throw new Error(`No task runs ${script}`);
  return args;
}
