/** The backup of a PostgreSQL database, by PostgreSQL's own pg_dump. */
import {
  countRows,
  schemaVersionOf,
  tablesOf,
} from "../store/whole_database/catalog.ts";
import {
  onServer,
  serverVersion,
} from "../store/postgres/postgres_databases.ts";
import {
  exportSnapshot,
  type Snapshot,
  withSnapshot,
} from "../store/whole_database/snapshot.ts";
import { isMissingTable } from "../store/connection/store_error.ts";
import { BackupError, backupError } from "./backup_error.ts";
import type { Dump, DumpContent } from "./dump.ts";
import { programVersion, runProgram } from "./postgres_program.ts";

/** Promises the dump of the database at the address. */
export function postgresDump(url: string): Dump {
  return {
    kind: "postgres",
    check: () =>
      attempt(async () => {
        const server = await onServer(url, serverVersion);
        const program = await programVersion("pg_dump");
        await programVersion("pg_restore");
        if (program >= server) return;
        throw new BackupError(
          `pg_dump ${program} is older than the server, ${server}: install PostgreSQL's client programs of version ${server} ` +
            `or later (Debian: postgresql-client-${server}).`,
        );
      }),
    write: (path) =>
      attempt(() =>
        withSnapshot({ url }, async (snapshot) => {
          const content = await contentOf(snapshot);
          const name = await exportSnapshot(snapshot);
          await runProgram("pg_dump", [
            ...["--format=custom", "--no-owner", "--no-privileges"],
            ...[`--snapshot=${name}`, "--no-password", `--file=${path}`],
          ], url);
          await readBack(path);
          return content;
        })
      ),
  };
}

const NOWHERE = Deno.build.os === "windows" ? "NUL" : "/dev/null";

/** Promises that all of the dump can be read; its own check sums would tell where it cannot. */
export async function readBack(path: string): Promise<void> {
  await runProgram("pg_restore", [`--file=${NOWHERE}`, path]);
}

async function contentOf(
  { execute, dialect }: Snapshot,
): Promise<DumpContent> {
  try {
    const schemaVersion = await schemaVersionOf(execute);
    const tables = await tablesOf(execute, dialect);
    return { schemaVersion, rows: await countRows(execute, tables) };
  } catch (error) {
    if (!isMissingTable(error)) throw error;
    throw new BackupError("The database is not one of PagerPal's.");
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw backupError("The database could not be dumped", error);
  }
}
