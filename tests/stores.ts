/** One test, every database. */
import type { Store } from "../src/ports/store.ts";
import { migrate } from "../src/store/migrate.ts";
import { openStore } from "../src/store/open.ts";
import {
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

/** Registers the test once for each backend, each time on a fresh, migrated database. */
export function forEachStore(
  name: string,
  body: StoreTest,
  on: TestBackend["name"][] = ["libSQL", "PostgreSQL"],
): void {
  for (const backend of on) {
    Deno.test(`${name} (${backend})`, () => withStore(backend, body));
  }
}

/** Runs the body on a fresh, migrated database and removes it afterwards. */
export async function withStore(
  name: TestBackend["name"],
  body: StoreTest,
): Promise<void> {
  await using database = await BACKENDS[name]();
  const { url } = database;
  await migrate({ url }, 0);
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
}
