/** A PostgreSQL that the client programs of this machine can dump: as old as the oldest that is looked for. */
import { createDatabase, type TestDatabase } from "../databases.ts";
import {
  type EmbeddedPostgres,
  OLD_VERSION,
  startPostgres,
} from "../postgres.ts";

/** Why there is nothing to test with; null where there is. */
export const NO_PROGRAMS: string | null = await lack();

let server: Promise<EmbeddedPostgres> | null = null;

/** Promises an empty database on the server of this test file, which is started for the first of them. */
export async function createDumpable(): Promise<TestDatabase> {
  server ??= startPostgres({ version: OLD_VERSION });
  const name = `pager-${crypto.randomUUID()}`;
  return await createDatabase(name, (await server).url);
}

/** Promises that the server is gone; for the end of a test file. */
export async function stopDumpable(): Promise<void> {
  await (await server)?.stop();
  server = null;
}

async function lack(): Promise<string | null> {
  for (const program of ["pg_dump", "pg_restore"]) {
    const version = await versionOf(program);
    if (version >= Number.parseInt(OLD_VERSION)) continue;
    return `${program} of PostgreSQL ${OLD_VERSION} or later is not on the PATH`;
  }
  return null;
}

async function versionOf(program: string): Promise<number> {
  try {
    const command = new Deno.Command(program, { args: ["--version"] });
    const text = new TextDecoder().decode((await command.output()).stdout);
    return Number(/(\d+)/.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
