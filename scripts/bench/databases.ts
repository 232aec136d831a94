/** The databases that are measured: each empty, on this machine, as durable as in production, and gone afterwards. */
import { createTestFile, type TestDatabase } from "../../tests/databases.ts";
import { startPostgres } from "../../tests/postgres.ts";

export const DATABASES = {
  libsql: { name: "libSQL", open: createTestFile },
  postgres: { name: "PostgreSQL", open: createPostgres },
} as const;

export type DatabaseKind = keyof typeof DATABASES;

/** A server of its own, that waits for the disk as PostgreSQL does by default. */
async function createPostgres(): Promise<TestDatabase> {
  const { url, stop } = await startPostgres({ durable: true });
  return { url, drop: stop, [Symbol.asyncDispose]: stop };
}
