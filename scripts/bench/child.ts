/** A script of this folder as a process of its own. */

/** Starts it; what it writes to standard error is shown. */
export function startScript(name: string, args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--lock=tests/deno.lock", "--frozen"],
      new URL(name, import.meta.url).href,
      ...args,
    ],
    cwd: new URL("../../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}
