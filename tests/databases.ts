/** Databases for tests: each its own, gone afterwards. */
import { statfs } from "node:fs/promises";
import { basename, join } from "node:path";
import postgres from "postgres";

export interface TestDatabase extends AsyncDisposable {
  /** For openStore and migrate. */
  url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** Promises an empty PostgreSQL database of its own name on the server of TEST_DATABASE_URL. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const run = basename(Deno.env.get("TEST_RUN_FOLDER") ?? "alone");
  const name = runPrefix(run) + crypto.randomUUID().replaceAll("-", "");
  return await createDatabase(name);
}

/** Promises an empty database of this name; on the server of TEST_DATABASE_URL when none is given. */
export async function createDatabase(
  name: string,
  on?: string,
): Promise<TestDatabase> {
  await command(`CREATE DATABASE "${name}"`, on);
  return testDatabase(name, on);
}

/** The database of this name on that server; that of TEST_DATABASE_URL when not given. */
export function testDatabase(name: string, on = server()): TestDatabase {
  const url = new URL(on);
  url.pathname = `/${name}`;
  const drop = () =>
    command(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`, on);
  return { url: url.href, drop, [Symbol.asyncDispose]: drop };
}

/** Drops what the tests of a run, which shared the folder, have left on the server. */
export async function dropDatabasesOf(folder: string): Promise<void> {
  const names = await onConnection(
    server(),
    (sql) => sql`SELECT datname FROM pg_database`,
  );
  for (const { datname } of names) {
    if (datname.startsWith(runPrefix(basename(folder)))) {
      await testDatabase(datname).drop();
    }
  }
}

/** Promises what the work promises, done on one connection, which is closed afterwards. */
export async function onConnection<T>(
  url: string,
  work: (sql: postgres.Sql) => PromiseLike<T>,
): Promise<T> {
  const sql = postgres(url, {
    ...{ max: 1, fetch_types: false, connect_timeout: 10 },
    onnotice: () => {},
  });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Promises the address of a libSQL file in a folder of its own. It does not exist yet, unless what it holds is given. */
export async function createTestFile(
  content?: Uint8Array,
): Promise<TestDatabase> {
  const folder = await Deno.makeTempDir({ prefix: "pagerpal_test_" });
  return await testFile(folder, content);
}

/** As createTestFile, in memory where it can be: for the process of the tests, others may not open files there. */
export async function createQuickFile(
  content: Uint8Array,
): Promise<TestDatabase> {
  return await testFile(await makeQuickFolder("pagerpal_test_"), content);
}

async function testFile(
  folder: string,
  content?: Uint8Array,
): Promise<TestDatabase> {
  const drop = () => Deno.remove(folder, { recursive: true });
  const path = join(folder, "pagerpal.db");
  if (content) await Deno.writeFile(path, content);
  const url = `file:${path}`;
  return { url, drop, [Symbol.asyncDispose]: drop };
}

const MEMORY = "/dev/shm";
/** What runs beside each other takes a part of it at the most; in a container there may be hardly any. */
const ROOMY_BYTES = 2 * 1024 ** 3;

/**
 * Promises a temporary folder for databases, in memory where the system has such a place with room: what is committed
 * goes the same way, and no disk is waited for.
 */
export async function makeQuickFolder(prefix: string): Promise<string> {
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  const dir = free >= ROOMY_BYTES ? { dir: MEMORY } : {};
  return await Deno.makeTempDir({ prefix, ...dir });
}

/** A name of PostgreSQL has at most 63 characters; the rest of this one is 32. */
function runPrefix(run: string): string {
  const tail = run.toLowerCase().replaceAll(/[^a-z0-9]/g, "_").slice(-24);
  return `test_${tail}_`;
}

function server(): string {
  const url = Deno.env.get("TEST_DATABASE_URL");
  if (url) return url;
  throw new Error(
    "TEST_DATABASE_URL is not set. Run the tests with: deno run -A scripts/test.ts [files]",
  );
}

async function command(statement: string, on = server()): Promise<void> {
  await onConnection(on, (sql) => sql.unsafe(statement));
}
