/**
 * Real processes, a real database and a stand-in provider, and everything that can go wrong with them while alerts arrive.
 * Prints what became of each alert and each page; ends with 1 when a promise was broken.
 */
import { chaos } from "./chaos/chaos.ts";
import { isKept, type Report } from "./chaos/evidence.ts";
import { CommandError, type ExitCode, runCommand } from "./command.ts";

const USAGE = `deno task chaos [--database postgres|libsql] [--minutes 3]
                [--seed 1] [--per-second 10]

  --database    three processes on a PostgreSQL of its own, or one on a file
  --minutes     how long alerts arrive and things go wrong
  --seed        the choice of what goes wrong; when exactly it hits whom is the
                machine's
  --per-second  new alerts`;

Deno.exitCode = await runCommand({
  usage: USAGE,
  options: {
    database: { type: "string", default: "postgres" },
    minutes: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    "per-second": { type: "string", default: "10" },
  },
  async run(values): Promise<ExitCode> {
    const { database } = values;
    if (database !== "postgres" && database !== "libsql") {
      throw new CommandError("--database is postgres or libsql.", 2);
    }
    const result = await chaos({
      database,
      minutes: positive("minutes", values.minutes),
      seed: positive("seed", values.seed),
      perSecond: positive("per-second", values["per-second"]),
      onFault: ({ atMs, words }) =>
        console.log(`${(atMs / 1_000).toFixed(1).padStart(7)} s  ${words}`),
    });
    print(result);
    return isKept(result) ? 0 : 1;
  },
}, Deno.args);
// What a killed process leaves in the runtime would keep this one.
Deno.exit();

function positive(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new CommandError(`--${name} is a number above 0.`, 2);
}

function print(result: Report): void {
  const { lost, unexplained, delayMs } = result;
  const rows: [string, string | number][] = [
    ["alerts answered 2xx", result.alerts],
    ["posts that took", result.posts],
    ["incidents", result.incidents],
    ["pages", result.pages],
    ["pages the provider took", result.accepted],
    ["lost", lost.length],
    ["handed over again", result.repeated],
    ["of these unexplained", unexplained.length],
    ["delay, median", `${Math.round(delayMs.median)} ms`],
    ["delay, p99", `${Math.round(delayMs.p99)} ms`],
    ["delay, longest", `${Math.round(delayMs.longest)} ms`],
    ["faults", result.faults],
  ];
  console.log();
  for (const [what, figure] of rows) {
    console.log(`${what.padEnd(26)}${String(figure).padStart(12)}`);
  }
  for (const words of [...lost, ...unexplained].slice(0, 20)) {
    console.error(words);
  }
  console.log(JSON.stringify(result));
}
