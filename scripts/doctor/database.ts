/** Is the database there, is it migrated, and does it take writes? */
import { unavailableWords } from "../../src/app/database_health.ts";
import { databaseWords } from "../../src/config/shown_settings.ts";
import {
  StoreUnavailableError,
  type UnavailableReason,
} from "../../src/ports/store.ts";
import {
  compare,
  DatabaseNewerError,
  MigrationChangedError,
} from "../../src/store/migrate.ts";
import { NEWEST_SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { type Check, fail, type Line, ok, warn } from "./check.ts";

const REMEDIES: Record<UnavailableReason, string> = {
  unreachable:
    "Look at DATABASE_URL (host, port, login, path), at the network, and whether the database runs.",
  read_only:
    "Name the primary and not a standby in DATABASE_URL, and look at default_transaction_read_only and at how the file's disk is mounted.",
  full: "Make room on the database's disk.",
  locked:
    "End the backup or shell that keeps a transaction open on the database.",
  overloaded: "Look at the load of the database and at long transactions.",
  broken:
    "Look at the database's own log, and restore the last backup if it is damaged.",
  schema: "Back the database up, then run: deno task migrate",
  closed: "Run the doctor again.",
};

export const database: Check = {
  name: "database",
  title: "Database",
  settings: ["DATABASE_URL", "DATABASE_AUTH_TOKEN"],
  limitMs: 12_000,
  async run({ config, examination }) {
    const words = databaseWords(config.database);
    if (config.database.kind === "libsql-file") {
      const { path } = config.database;
      if (!await isThere(path)) {
        return [
          fail(
            `There is no database at ${path} yet.`,
            "Look at DATABASE_URL, or make the database: deno task migrate",
          ),
        ];
      }
    }
    return await unlessUnavailable(async () => {
      const startedMs = performance.now();
      await (await examination()).reach();
      const tookMs = Math.round(performance.now() - startedMs);
      return [ok(`The ${words} answers (${tookMs} ms).`)];
    });
  },
};

export const migrations: Check = {
  name: "migrations",
  title: "Migrations",
  after: ["database"],
  limitMs: 12_000,
  run: ({ address }) =>
    unlessUnavailable(async () => {
      try {
        const { missing, newer } = await compare(await address());
        return migrationLines(missing, newer);
      } catch (error) {
        if (error instanceof DatabaseNewerError) {
          return [fail(error.message, "Run the version that migrated it.")];
        }
        if (!(error instanceof MigrationChangedError)) throw error;
        return [
          fail(error.message, "Check a released version out as it is."),
        ];
      }
    }),
};

function migrationLines(missing: string[], newer: string[]): Line[] {
  if (missing.length > 0) {
    return [
      fail(
        `The database lacks ${missing.length} migrations: ${
          missing.join(", ")
        }.`,
        "Back the database up, then run: deno task migrate",
      ),
    ];
  }
  if (newer.length > 0) {
    return [
      warn(
        `A newer PagerPal has migrated the database (${newer.join(", ")}); ` +
          "this version can work on it.",
        "Upgrade this one too.",
      ),
    ];
  }
  return [ok(`The database is at the newest, ${NEWEST_SCHEMA_VERSION}.`)];
}

export const writable: Check = {
  name: "writable",
  title: "Writes",
  after: ["database"],
  limitMs: 12_000,
  run: ({ examination }) =>
    unlessUnavailable(async () => {
      await (await examination()).tryToWrite();
      return [ok("The database takes writes; the trial was taken back.")];
    }),
};

/** Promises what the work promises, or in words why the database did not take part. */
export async function unlessUnavailable(
  work: () => Promise<Line[]>,
): Promise<Line[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    const { reason } = error;
    return [fail(unavailableWords(reason), REMEDIES[reason])];
  }
}

/** A file that may not be looked at counts as there: opening it says more. */
async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
