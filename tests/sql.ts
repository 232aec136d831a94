/** SQL on a test's database past the store, as an operator or another program would run it. */
import postgres from "postgres";
import { openFile } from "../src/store/libsql/libsql_file.ts";

/** Runs statements without parameters, in a transaction of their own. */
export async function runSql(url: string, statements: string): Promise<void> {
  if (url.startsWith("postgres")) {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await sql.unsafe(statements);
    } finally {
      await sql.end();
    }
    return;
  }
  const connection = openFile(url);
  const transaction = await connection.begin({ durable: true });
  try {
    await transaction.script(statements);
    await transaction.commit();
  } finally {
    await transaction.end();
    await connection.close();
  }
}

/** What a newer PagerPal leaves in the database: a migration that this one does not know and cannot do without. */
export const NEWER_MIGRATION =
  "INSERT INTO schema_migrations (version, name, checksum, applied_at_ms) VALUES (9999, '9999_newer.needs_9999.sql', 'x', 0)";

/** The like, of which this one need not know. */
export const NEWER_FITTING_MIGRATION =
  "INSERT INTO schema_migrations (version, name, checksum, applied_at_ms) VALUES (9998, '9998_newer.sql', 'x', 0)";

/** Takes it away again. */
export const WITHOUT_NEWER_MIGRATION =
  "DELETE FROM schema_migrations WHERE version = 9999";

/** Takes the lock of a SQLite file as another process would, as soon as nobody has it; promises what lets go of it. */
export async function holdLock(url: string): Promise<() => Promise<void>> {
  const connection = openFile(url);
  for (;;) {
    const transaction = await connection.begin({ durable: true })
      .catch(() => null);
    if (transaction) {
      return async () => {
        await transaction.end();
        await connection.close();
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
