/** Is the database there, is it migrated, and does it take writes? */
import { databaseWords } from "../../src/config/shown_settings.ts";
import { compare } from "../../src/store/migrate.ts";
import { NEWEST_SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { type Check, fail, type Line, ok, warn } from "./check.ts";

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
    const startedMs = performance.now();
    await (await examination()).reach();
    const tookMs = Math.round(performance.now() - startedMs);
    return [ok(`The ${words} answers (${tookMs} ms).`)];
  },
};

export const migrations: Check = {
  name: "migrations",
  title: "Migrations",
  after: ["database"],
  limitMs: 12_000,
  async run({ address }) {
    const { missing, newer } = await compare(await address());
    return migrationLines(missing, newer);
  },
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
  async run({ examination }) {
    await (await examination()).tryToWrite();
    return [ok("The database takes writes; the trial was taken back.")];
  },
};

/** A file that may not be looked at counts as there: opening it says more. */
async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
