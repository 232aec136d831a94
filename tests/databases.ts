/** Databases for tests: each its own, gone afterwards. */
import { join } from "node:path";
import postgres from "postgres";

export interface TestDatabase extends AsyncDisposable {
  /** For openStore and migrate. */
  url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** Promises an empty PostgreSQL database of its own name on the server of TEST_DATABASE_URL. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = Deno.env.get("TEST_DATABASE_URL");
  if (server === undefined) {
    throw new Error(
      "TEST_DATABASE_URL is not set. Run the tests with: deno run -A scripts/test.ts [files]",
    );
  }
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  await command(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const drop = () =>
    command(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { url: url.href, drop, [Symbol.asyncDispose]: drop };
}

/** Promises the address of a libSQL file that does not exist yet, in a folder of its own. */
export async function createTestFile(): Promise<TestDatabase> {
  const folder = await Deno.makeTempDir({ prefix: "pagerpal_test_" });
  const drop = () => Deno.remove(folder, { recursive: true });
  const url = `file:${join(folder, "pagerpal.db")}`;
  return { url, drop, [Symbol.asyncDispose]: drop };
}

async function command(server: string, statement: string): Promise<void> {
  const sql = postgres(server, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
