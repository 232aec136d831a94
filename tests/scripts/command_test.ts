import { deepEqual, equal, match, rejects } from "node:assert/strict";
import {
  type Command,
  CommandError,
  type ExitCode,
  runCommand,
} from "../../scripts/command.ts";
import { RefusedError } from "../../src/app/refused_error.ts";
import { ConfigError } from "../../src/config.ts";
import { StoreUnavailableError } from "../../src/ports/store.ts";
import {
  DatabaseNewerError,
  MigrationChangedError,
  MigrationFailedError,
} from "../../src/store/migrate.ts";
import { runScript } from "./scripts.ts";

const OPTIONS = { check: { type: "boolean" } } as const;

function command(
  run: Command<typeof OPTIONS>["run"],
): Command<typeof OPTIONS> {
  return { usage: "Usage: it", options: OPTIONS, positionals: ["a name"], run };
}

/** What a command says and ends with. */
async function called(
  args: string[],
  run: Command<typeof OPTIONS>["run"] = () => Promise.resolve(0),
): Promise<{ code: ExitCode; out: string[]; err: string[] }> {
  const { log, error } = console;
  const out: string[] = [];
  const err: string[] = [];
  console.log = (text) => out.push(text);
  console.error = (text) => err.push(text);
  try {
    return { code: await runCommand(command(run), args), out, err };
  } finally {
    Object.assign(console, { log, error });
  }
}

Deno.test("a command gets its options and arguments, and its exit code is passed on", async () => {
  const seen: unknown[] = [];
  const { code } = await called(["maya", "--check"], (values, positionals) => {
    seen.push({ ...values }, positionals);
    return Promise.resolve(1);
  });
  equal(code, 1);
  deepEqual(seen, [{ check: true }, ["maya"]]);
});

Deno.test("--help prints the usage and does nothing else", async () => {
  for (const flag of ["--help", "-h"]) {
    const { code, out } = await called(["maya", flag], () => {
      throw new Error("ran");
    });
    equal(code, 0);
    deepEqual(out, ["Usage: it"]);
  }
});

Deno.test("a wrong call ends with 2, says what is wrong and how it is right", async () => {
  for (const args of [[], ["a", "b"], ["a", "--wrong"], ["a", "--check=x"]]) {
    const { code, out, err } = await called(args);
    equal(code, 2, String(args));
    equal(out.length, 0);
    equal(err.at(-1), "\nUsage: it");
  }
  equal((await called([])).err[0], "Expected a name.");
});

Deno.test("a refusal is a sentence and ends with 1", async () => {
  const refusals = [
    new CommandError("No."),
    new RefusedError("invalid", "x", "No."),
    new StoreUnavailableError("No."),
    new DatabaseNewerError("No."),
    new MigrationChangedError("No."),
    new MigrationFailedError("No."),
  ];
  for (const refusal of refusals) {
    const { code, err } = await called(["a"], () => Promise.reject(refusal));
    equal(code, 1);
    deepEqual(err, ["No."]);
  }
  const problem = { name: "PORT", held: "x", allowed: "a port" };
  const { err } = await called(
    ["a"],
    () => Promise.reject(new ConfigError([problem])),
  );
  equal(err[0]?.split("\n").at(-1), '- PORT holds "x"; it must be a port.');
});

Deno.test("an error that nobody expected is not hidden", async () => {
  await rejects(called(["a"], () => Promise.reject(new RangeError("bug"))), {
    message: "bug",
  });
});

Deno.test("called wrongly, the benchmark says what it takes, measures nothing, and ends with 2", async () => {
  for (
    const [args, said] of [
      [["--fast"], /Unknown option '--fast'/],
      [["--burst", "many"], /--burst takes a whole number from 1/],
      [["--stored", "-1"], /--stored/],
      [
        ["--database", "mysql"],
        /--database holds "mysql"; it takes libsql, postgres/,
      ],
    ] as const
  ) {
    const { code, err, out } = await runScript("bench", {
      args: [...args],
      env: {},
    });
    equal(code, 2, err);
    match(err, said);
    match(err, /deno task bench\n/);
    equal(out, "");
  }
});
