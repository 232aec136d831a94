/**
 * Migrated PostgreSQL databases that one test uses after the other: making one costs as much as twenty tests. A database
 * is given back empty, and only where nothing about it but its rows has changed and nobody is connected any more;
 * otherwise it is dropped. So a test finds what it would find in a new one.
 *
 * The idle ones are files, named after the database and its fingerprint, in a folder that test files running beside each
 * other may share: who removes the file has the database.
 */
import { join } from "node:path";
import type postgres from "postgres";
import { migrate } from "../src/store/migrate.ts";
import {
  createTestDatabase,
  onConnection,
  type TestDatabase,
  testDatabase,
} from "./databases.ts";

export interface BorrowedDatabase extends TestDatabase {
  /** Lets another test have it. One that is not given back is dropped. */
  giveBack(): Promise<void>;
}

/** Deleted rows stay in the files, so a database that has seen many is slow. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A session that its client has closed is still listed for a moment. */
const LEAVING_MS = 2_000;

/** Idle databases in a folder, which has to be there. */
export class DatabasePool {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Promises a migrated PostgreSQL database without rows that nobody else uses. */
  async borrow(): Promise<BorrowedDatabase> {
    const idle = await this.#take();
    if (idle) return this.#borrowed(testDatabase(idle.name), idle.fingerprint);
    const made = await createTestDatabase();
    try {
      await migrate(made, 0);
      const fingerprint = await onConnection(made.url, fingerprintOf);
      return this.#borrowed(made, fingerprint);
    } catch (error) {
      await made.drop();
      throw error;
    }
  }

  /** Drops every idle database. */
  async drain(): Promise<void> {
    for (let idle = await this.#take(); idle; idle = await this.#take()) {
      await testDatabase(idle.name).drop();
    }
  }

  #borrowed(database: TestDatabase, fingerprint: string): BorrowedDatabase {
    const { url, drop } = database;
    let given = false;
    return {
      url,
      drop,
      giveBack: async () => {
        given = true;
        if (!await isAsNew(url, fingerprint)) return await drop();
        const name = `${new URL(url).pathname.slice(1)}.${fingerprint}`;
        await Deno.writeTextFile(join(this.#folder, name), "");
      },
      async [Symbol.asyncDispose]() {
        if (!given) await drop();
      },
    };
  }

  async #take() {
    for await (const entry of Deno.readDir(this.#folder)) {
      const [name, fingerprint] = entry.name.split(".");
      if (!name || !fingerprint) continue;
      try {
        await Deno.remove(join(this.#folder, entry.name));
        return { name, fingerprint };
      } catch (error) {
        // Another test was faster.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return null;
  }
}

/** Promises whether the database, emptied now, is what it was when it had just been migrated. */
function isAsNew(url: string, fingerprint: string): Promise<boolean> {
  return onConnection(url, async (sql) => {
    if (!await isLeft(sql)) return false;
    await empty(sql);
    return await fingerprintOf(sql) === fingerprint && await isSmall(sql);
  }).catch(() => false);
}

/** Promises whether every other session has ended: one that goes on would write into the next test's rows. */
async function isLeft(sql: postgres.Sql): Promise<boolean> {
  const endMs = performance.now() + LEAVING_MS;
  for (;;) {
    const others = await sql`SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'`;
    if (others.length === 0) return true;
    if (performance.now() > endMs) return false;
    await new Promise((go) => setTimeout(go, 5));
  }
}

/**
 * Deletes every row and lets every identity begin anew, without looking at references. TRUNCATE would make a new file for
 * each table and each index, and takes ten times as long.
 */
async function empty(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`DO $$
    DECLARE one regclass;
    BEGIN
      SET LOCAL session_replication_role = replica;
      FOR one IN
        SELECT oid::regclass FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
          AND relname <> 'schema_migrations' AND pg_relation_size(oid) > 0
      LOOP
        EXECUTE 'DELETE FROM ' || one;
      END LOOP;
      PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence
      WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
    END $$`);
}

/** What PostgreSQL itself comes with has lower ids. */
const FIRST_OWN_ID = 16_384;

/** Where definitions and statistics stand, and the column that says whose they are. */
const CATALOGS = {
  oid: [
    ...["pg_namespace", "pg_class", "pg_type", "pg_attrdef", "pg_constraint"],
    ...["pg_trigger", "pg_rewrite", "pg_policy", "pg_proc", "pg_extension"],
    ...["pg_statistic_ext", "pg_publication", "pg_event_trigger"],
  ],
  attrelid: ["pg_attribute"],
  indexrelid: ["pg_index"],
  seqrelid: ["pg_sequence"],
  starelid: ["pg_statistic"],
};

/** Promises what is the same as long as nobody defines, analyses or sets anything: no row is, but for the migrations'. */
async function fingerprintOf(sql: postgres.Sql): Promise<string> {
  const parts = Object.entries(CATALOGS).flatMap(([id, names]) =>
    names.map((name) =>
      `SELECT '${name} ' || count(*) || ' ' || sum(xmin::text::bigint) || ' ' ||
        max(xmin::text::bigint) AS part FROM ${name} WHERE ${id} >= ${FIRST_OWN_ID}`
    )
  );
  const [row] = await sql.unsafe(
    `SELECT md5(string_agg(part, ';' ORDER BY part)) AS hash
    FROM (
      ${parts.join(" UNION ALL ")}
      UNION ALL SELECT s::text FROM pg_db_role_setting s
      UNION ALL SELECT datconnlimit || ' ' || datdba FROM pg_database
        WHERE datname = current_database()
      UNION ALL SELECT m::text FROM schema_migrations m
    ) parts`,
  );
  return row?.hash;
}

async function isSmall(sql: postgres.Sql): Promise<boolean> {
  const [row] =
    await sql`SELECT sum(pg_total_relation_size(oid))::float8 AS bytes
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`;
  return row?.bytes <= MOST_BYTES;
}
