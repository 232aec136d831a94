/** A password from the person at the terminal, or from a pipe. */
import prompt from "@inquirer/password";
import { CommandError } from "../command.ts";

/** No password that is accepted is longer; more from a pipe is not read. */
const MOST_BYTES = 65_536;

/**
 * Promises a password that `problemOf` finds nothing wrong with. At a terminal it is asked for, unseen and twice, until
 * it will do; from a pipe it is the first line, and a CommandError says what is wrong with it.
 */
export async function readPassword(
  problemOf: (password: string) => string | null,
): Promise<string> {
  if (Deno.stdin.isTerminal()) return await ask(problemOf);
  const password = await readLine(Deno.stdin.readable);
  const problem = password === ""
    ? "No password came on standard input."
    : problemOf(password);
  if (problem !== null) throw new CommandError(problem);
  return password;
}

async function ask(
  problemOf: (password: string) => string | null,
): Promise<string> {
  try {
    const password = await prompt({
      message: "Password",
      validate: (typed) => problemOf(typed) ?? true,
    });
    await prompt({
      message: "The same again",
      validate: (typed) => typed === password || "This is another password.",
    });
    return password;
  } catch (error) {
    // The library's words for Ctrl-C and a closed terminal.
    if (error instanceof Error && error.name === "ExitPromptError") {
      throw new CommandError("Nothing was changed.");
    }
    throw error;
  }
}

async function readLine(input: ReadableStream<Uint8Array>): Promise<string> {
  const bytes: number[] = [];
  for await (const chunk of input) {
    bytes.push(...chunk);
    if (chunk.includes(10) || bytes.length > MOST_BYTES) break;
  }
  const text = new TextDecoder().decode(new Uint8Array(bytes));
  return text.split(/\r?\n/, 1)[0] ?? "";
}
