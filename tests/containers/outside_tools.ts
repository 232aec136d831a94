/** Tools that check files of ours where a machine has them. */

/** A test that is skipped, and says so, where the tool is not installed. */
export function ifInstalled(
  tool: string,
  name: string,
  test: (t: Deno.TestContext) => Promise<void>,
): void {
  const there = new Deno.Command("bash", {
    args: ["-c", `command -v ${tool}`],
    stdout: "null",
    stderr: "null",
  }).outputSync().success;
  const ignore = !there;
  const reason = ignore ? ` (skipped: ${tool} is not installed here)` : "";
  Deno.test({ name: `${tool}: ${name}${reason}`, ignore, fn: test });
}

/** Promises what the program says on both channels, and whether it succeeded. */
export async function attempt(
  program: string,
  args: string[],
): Promise<{ success: boolean; output: string }> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args })
    .output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Promises what a program that succeeds says on both channels; throws it where the program fails. */
export async function run(
  program: string,
  args: string[],
): Promise<{ output: string }> {
  const { success, output } = await attempt(program, args);
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${output}`);
  return { output };
}
