/** One test, every database. */
import { join } from "node:path";
import type { Store } from "../src/ports/store.ts";
import { migrate } from "../src/store/migrate.ts";
import { openStore } from "../src/store/open.ts";
import { type BorrowedDatabase, DatabasePool } from "./database_pool.ts";
import {
  createQuickFile,
  createTestDatabase,
  createTestFile,
  type TestDatabase,
} from "./databases.ts";
import { createTestServer } from "./fakes/hrana_server.ts";

export interface TestBackend {
  name: "libSQL" | "PostgreSQL" | "remote libSQL";
  url: string;
  /** Promises a further store on the same database, as another process would have; closed after the test. */
  openAnother(): Promise<Store>;
}

export type StoreTest = (
  store: Store,
  backend: TestBackend,
) => Promise<void> | void;

/** All that the repository runs on. */
export const EVERY_BACKEND: TestBackend["name"][] = [
  "libSQL",
  "PostgreSQL",
  "remote libSQL",
];

/** What can make an empty database of one kind. */
export const BACKENDS: Record<
  TestBackend["name"],
  () => Promise<TestDatabase>
> = {
  "libSQL": createTestFile,
  "PostgreSQL": createTestDatabase,
  "remote libSQL": () => createTestServer(),
};

/** That of `deno task test` is for all test files; alone, a file has one of its own. */
const shared = Deno.env.get("TEST_RUN_FOLDER");
const folder = shared ?? await Deno.makeTempDir({ prefix: "pagerpal_test_" });
const idle = join(folder, "databases");
await Deno.mkdir(idle, { recursive: true });
const pool = new DatabasePool(idle);

Deno.test.afterAll(async () => {
  if (shared !== undefined) return;
  await pool.drain();
  await Deno.remove(folder, { recursive: true });
});

/** Registers the test once for each backend, each time on a migrated database without rows. */
export function forEachStore(
  name: string,
  body: StoreTest,
  on: TestBackend["name"][] = ["libSQL", "PostgreSQL"],
): void {
  for (const backend of on) {
    Deno.test(`${name} (${backend})`, () => withStore(backend, body));
  }
}

/** Runs the body on a migrated database without rows, which nobody else uses meanwhile. */
export async function withStore(
  name: TestBackend["name"],
  body: StoreTest,
): Promise<void> {
  await using database = await migrated(name);
  const { url } = database;
  const stores: Store[] = [];
  const openAnother = async () => {
    const store = await openStore({ url });
    stores.push(store);
    return store;
  };
  try {
    await body(await openAnother(), { name, url, openAnother });
  } finally {
    for (const store of stores) await store.close();
  }
  // Not after a failure: nobody knows what is still going on in it.
  await database.giveBack?.();
}

async function migrated(
  name: TestBackend["name"],
): Promise<TestDatabase & Partial<BorrowedDatabase>> {
  if (name === "PostgreSQL") return await pool.borrow();
  const content = await migratedFile();
  return name === "libSQL"
    ? await createQuickFile(content)
    : await createTestServer({ content });
}

/** What makes a migrated database without rows, for processes that a test starts and ends before it lets the database go. */
export const MIGRATED: Record<
  "libSQL" | "PostgreSQL",
  () => Promise<TestDatabase>
> = {
  "libSQL": async () => await createTestFile(await migratedFile()),
  "PostgreSQL": async () => {
    const { url, drop, giveBack } = await pool.borrow();
    return { url, drop, [Symbol.asyncDispose]: giveBack };
  },
};

let migratedBytes: Promise<Uint8Array> | null = null;

/** Promises what a migrated file holds: copying it is much faster than migrating each. */
function migratedFile(): Promise<Uint8Array> {
  return migratedBytes ??= (async () => {
    await using file = await createTestFile();
    await migrate(file, 0);
    return await Deno.readFile(file.url.slice("file:".length));
  })();
}
