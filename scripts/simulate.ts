/**
 * Plays out seeds of the simulation: the real PagerPal on simulated time, with everything that can go wrong. Ends at the
 * first seed that breaks a promise, and tells its story; the same seed tells it again.
 */
import { startPostgres } from "../tests/postgres.ts";
import type { DatabaseName } from "../tests/simulation/database.ts";
import { firstViolation, tell } from "../tests/simulation/seeds.ts";
import type { Outcome } from "../tests/simulation/simulation.ts";
import { CommandError, type ExitCode, runCommand } from "./command.ts";

const USAGE = `deno task simulate [--seeds 1000] [--from 1] [--seed N]
                   [--database libsql|postgres]

  --seeds     how many seeds to play out
  --from      the first of them
  --seed      this one only, with its whole story
  --database  what to run on; PostgreSQL is that of TEST_DATABASE_URL, else one
              is started`;

/** Lines of the story of a seed that was found among many. */
const LINES = 120;
const REPORT_EVERY = 100;

Deno.exitCode = await runCommand({
  usage: USAGE,
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    database: { type: "string", default: "libsql" },
  },
  async run(values): Promise<ExitCode> {
    const database = databaseOf(values.database);
    const one = values.seed !== undefined;
    const from = count("seed", values.seed ?? values.from);
    const seeds = one ? 1 : count("seeds", values.seeds);
    const server = database === "postgres" ? await serverOf() : null;
    try {
      const outcome = await play({ database, from, count: seeds });
      if (one || outcome.violation !== null) {
        const lines = one ? Infinity : LINES;
        console.log(tell(outcome, { database, lines }));
      }
      return outcome.violation === null ? 0 : 1;
    } finally {
      await server?.stop();
    }
  },
}, Deno.args);

/** Promises the last outcome there was. */
async function play(
  { database, from, count }: {
    database: DatabaseName;
    from: number;
    count: number;
  },
): Promise<Outcome> {
  const total = { seeds: 0, alerts: 0, calls: 0, turns: 0 };
  let last: Outcome | null = null;
  const report = () =>
    console.log(
      `${total.seeds} seeds, ${total.alerts} alerts, ${total.calls} messages, ${total.turns} turns`,
    );
  await firstViolation({
    database,
    from,
    count,
    onDone(outcome) {
      last = outcome;
      total.seeds++;
      total.alerts += outcome.alerts;
      total.calls += outcome.calls;
      total.turns += outcome.turns;
      if (total.seeds % REPORT_EVERY === 0) report();
    },
  });
  report();
  if (last === null) throw new CommandError("There is no seed to play.", 2);
  return last;
}

function databaseOf(name: string): DatabaseName {
  if (name === "libsql" || name === "postgres") return name;
  throw new CommandError("--database is libsql or postgres.", 2);
}

function count(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new CommandError(`--${name} is a whole number from 1.`, 2);
}

/** Promises a server where none is given; the databases are made on that of TEST_DATABASE_URL. */
async function serverOf() {
  if (Deno.env.get("TEST_DATABASE_URL")) return null;
  const server = await startPostgres();
  Deno.env.set("TEST_DATABASE_URL", server.url);
  return server;
}
