/** Scripts of this folder as processes of their own. */

/** Starts it; what it writes to standard error is shown. */
export function startScript(script: URL, args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--lock=tests/deno.lock", "--frozen"],
      script.href,
      ...args,
    ],
    cwd: new URL("../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** Promises what the script makes of the job, which it reads as JSON and answers so. */
export async function runJob(script: URL, job: unknown): Promise<unknown> {
  const child = startScript(script, []);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(job)));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error(`${script.href} failed.`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Promises the first line that it writes, which is short; the rest is to be cancelled or read. */
export async function firstLine(
  child: Deno.ChildProcess,
): Promise<{ line: string; rest: ReadableStreamDefaultReader<string> }> {
  const rest = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await rest.read();
  return { line: value.trim(), rest };
}
