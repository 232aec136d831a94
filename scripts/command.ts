/** What every script of PagerPal has in common: help, exit codes, and errors as sentences. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { RefusedError } from "../src/app/refused_error.ts";
import { BackupError } from "../src/backup/backup_error.ts";
import { ConfigError } from "../src/config.ts";
import { UnmigratedError } from "../src/open_database.ts";
import { StoreUnavailableError } from "../src/ports/store.ts";
import {
  DatabaseNewerError,
  MigrationChangedError,
  MigrationFailedError,
} from "../src/store/migrate.ts";

/** 0: done; 1: refused, in a sentence; 2: called wrongly. */
export type ExitCode = 0 | 1 | 2;

/** A reason not to go on that the person at the terminal can do something about. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  constructor(message: string, readonly exitCode: ExitCode = 1) {
    super(message);
  }
}

export interface Command<Options extends ParseArgsOptionsConfig> {
  /** Printed for --help, and after a wrong call. */
  usage: string;
  options: Options;
  /** The names of the arguments without a dash, all of them required. */
  positionals?: string[];
  /** The names of those that may follow. */
  optional?: string[];
  run(
    values: ReturnType<typeof parse<Options>>["values"],
    positionals: string[],
  ): Promise<ExitCode>;
}

/** Promises the exit code, having said on standard error what went wrong. An unexpected error is thrown. */
export async function runCommand<Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
  args: string[],
): Promise<ExitCode> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(command.usage);
    return 0;
  }
  try {
    const { values, positionals } = parse(command, args);
    return await command.run(values, positionals);
  } catch (error) {
    return explain(error, command.usage);
  }
}

function parse<Options extends ParseArgsOptionsConfig>(
  { options, positionals: names = [], optional = [] }: Command<Options>,
  args: string[],
) {
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true });
    const more = parsed.positionals.length - names.length;
    if (more >= 0 && more <= optional.length) return parsed;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(error.message, 2);
  }
  const words = [...names, ...optional.map((name) => `at most one ${name}`)];
  const wanted = words.length === 0 ? "no arguments" : words.join(" and ");
  throw new CommandError(`Expected ${wanted}.`, 2);
}

/** Errors whose message is written for the person at the terminal. */
const EXPLAINED = [
  BackupError,
  CommandError,
  ConfigError,
  RefusedError,
  StoreUnavailableError,
  UnmigratedError,
  DatabaseNewerError,
  MigrationChangedError,
  MigrationFailedError,
];

function isExplained(error: unknown): error is Error {
  return EXPLAINED.some((kind) => error instanceof kind);
}

function explain(error: unknown, usage: string): ExitCode {
  if (!isExplained(error)) throw error;
  console.error(error.message);
  if (!(error instanceof CommandError)) return 1;
  if (error.exitCode === 2) console.error(`\n${usage}`);
  return error.exitCode;
}
