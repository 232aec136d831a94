/** From the settings to a store whose schema is the one that this program knows. */
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { getLogger } from "@logtape/logtape";
import type { Config, DatabaseConfig } from "./config.ts";
import type { Store } from "./ports/store.ts";
import { migrate, pending } from "./store/migrate.ts";
import { openStore, type StoreAddress } from "./store/open.ts";

const log = getLogger(["pagerpal", "database"]);

/** The database is behind, and in production nothing is migrated unasked. */
export class UnmigratedError extends Error {
  override readonly name = "UnmigratedError";
  constructor(names: readonly string[]) {
    super(
      `The database lacks ${names.length} migrations (${names.join(", ")}). ` +
        "Back it up, then run: deno task migrate",
    );
  }
}

/** Promises the address as the store takes it; `data/`, the folder that may be made, is made where it is missing. */
export async function addressOf(
  database: DatabaseConfig,
): Promise<StoreAddress> {
  switch (database.kind) {
    case "libsql-file": {
      const path = resolve(database.path);
      await makeFolder(dirname(path));
      return { url: pathToFileURL(path).href };
    }
    case "libsql-remote": {
      const { url, authToken } = database;
      return authToken === null ? { url } : { url, authToken };
    }
    case "postgres":
      return { url: database.url };
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    // Beyond data/ the process may make nothing. Where the folder is missing there, opening the database says so.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}

/**
 * Promises the store, open. Outside production it creates and migrates its own database; in production it throws
 * UnmigratedError for one that is behind.
 */
export async function openDatabase(
  { database, environment }: Pick<Config, "database" | "environment">,
  nowMs: number,
): Promise<Store> {
  const address = await addressOf(database);
  if (environment === "production") {
    const missing = await pending(address);
    if (missing.length > 0) throw new UnmigratedError(missing);
  } else {
    for (const name of await migrate(address, nowMs)) {
      log.info("Applied migration {name}", { name });
    }
  }
  return await openStore(address);
}
