/** PostgreSQL's own programs, as they are found on the PATH. */
import { BackupError } from "./backup_error.ts";

export type ProgramName = "pg_dump" | "pg_restore";

/**
 * Promises that the program ran to its end without an error; `database` is the address that it works on, whose password
 * is not on its command line. Throws BackupError with what it said.
 */
export async function runProgram(
  program: ProgramName,
  args: string[],
  database?: string,
): Promise<void> {
  const { address, password } = withoutPassword(database ?? "");
  const { success, stderr } = await spawned(program, {
    args: database === undefined ? args : [...args, `--dbname=${address}`],
    env: password === null ? {} : { PGPASSWORD: password },
  });
  if (success) return;
  const lines = stderr.trim().split("\n").slice(-3).join(" ");
  throw new BackupError(`${program} failed: ${lines}`);
}

/** Promises the program's version, as 18. Throws BackupError where there is none, or it may not be started. */
export async function programVersion(program: ProgramName): Promise<number> {
  const { stdout } = await spawned(program, { args: ["--version"], env: {} });
  return Number(/(\d+)(?:\.\d+)*/.exec(stdout)?.[1] ?? 0);
}

async function spawned(
  program: ProgramName,
  { args, env }: { args: string[]; env: Record<string, string> },
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  try {
    const output = await new Deno.Command(program, {
      args,
      // Nothing of what PagerPal was told is passed on.
      clearEnv: true,
      env: { PGCONNECT_TIMEOUT: "10", LC_MESSAGES: "C", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return {
      success: output.success,
      stdout: text(output.stdout),
      stderr: text(output.stderr),
    };
  } catch (cause) {
    throw new BackupError(reasonOf(program, cause), { cause });
  }
}

function reasonOf(program: ProgramName, cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) {
    return `${program} is not on the PATH: install PostgreSQL's client programs, of the server's version or a later one ` +
      "(Debian: postgresql-client).";
  }
  if (cause instanceof Deno.errors.NotCapable) {
    return `PagerPal may not start ${program}: it takes --allow-run=pg_dump,pg_restore.`;
  }
  return `${program} could not be started: ${
    cause instanceof Error ? cause.message : String(cause)
  }`;
}

const WITH_PASSWORD = /^(postgres(?:ql)?:\/\/[^/?#@]*?):([^/?#]*)(@.*)$/;

/** What is on a command line, every user of the machine can read. */
function withoutPassword(
  url: string,
): { address: string; password: string | null } {
  const [, before, password, after] = WITH_PASSWORD.exec(url) ?? [];
  if (password === undefined) return { address: url, password: null };
  return {
    address: `${before}${after}`,
    password: decodeURIComponent(password),
  };
}
