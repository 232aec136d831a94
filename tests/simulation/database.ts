/** The databases that the simulation runs on: one after the other empty, and seen from outside all the time. */
import { join } from "node:path";
import type { Connection } from "../../src/store/connection/connection.ts";
import { connect } from "../../src/store/libsql/libsql.ts";
import { migrate } from "../../src/store/migrate.ts";
import { PostgresPool } from "../../src/store/postgres/postgres_pool.ts";
import { createTestDatabase, makeQuickFolder } from "../databases.ts";

export type DatabaseName = "libsql" | "postgres";

/** More than all processes of a simulation use at once: none ever waits for one. */
const MOST_CONNECTIONS = 40;
/** As a process has it. */
const STATEMENT_MS = 15_000;

/** A database with the newest schema and nothing in it. */
export interface EmptyDatabase extends AsyncDisposable {
  url: string;
  /** Promises the connection that a process works on which would work on its own: the same, or one that takes its place. */
  connection(own: Connection): Connection;
  /** Past the simulation: what is committed. */
  read: Connection["read"];
  /** How many statements wait for a lock inside the database; 0 while some wait for one another, which it will end. */
  blocked(): Promise<number>;
}

/** Hands out empty databases, one at a time. */
export interface Databases extends AsyncDisposable {
  empty(): Promise<EmptyDatabase>;
}

/** Promises databases of that kind; PostgreSQL on the server of TEST_DATABASE_URL. */
export function openDatabases(name: DatabaseName): Promise<Databases> {
  return name === "libsql" ? openFiles() : openServer();
}

/** Copies of one file that was migrated once. */
async function openFiles(): Promise<Databases> {
  const folder = await makeQuickFolder("pagerpal_simulation_");
  const template = join(folder, "template.db");
  await migrate({ url: `file:${template}` }, 0);
  let count = 0;
  return {
    async empty() {
      const path = join(folder, `${++count}.db`);
      await Deno.copyFile(template, path);
      const url = `file:${path}`;
      const observer = await connect({ url });
      return {
        url,
        connection: (own) => own,
        read: observer.read,
        blocked: () => Promise.resolve(0),
        async [Symbol.asyncDispose]() {
          await observer.close();
          await Deno.remove(path);
        },
      };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** One database that is emptied each time: to make one takes longer than a simulation. */
async function openServer(): Promise<Databases> {
  const database = await createTestDatabase();
  const { url } = database;
  await migrate({ url }, 0);
  const observer = new PostgresPool(url, { size: 2, statementMs: 0 });
  const pool = new PostgresPool(url, {
    size: MOST_CONNECTIONS,
    statementMs: STATEMENT_MS,
  });
  // Every connection would plan each statement five times over before it kept a plan.
  await observer.read(setting("plan_cache_mode", "force_generic_plan"), []);
  // Who closes a circle of statements that wait for one another is turned away before anybody else joins it.
  await observer.read(setting("deadlock_timeout", "1ms"), []);
  return {
    async empty() {
      await observer.read(EMPTY, []);
      return {
        url,
        connection: (own) => sharing(pool, own),
        read: observer.read,
        blocked: () => blockedIn(observer),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    async [Symbol.asyncDispose]() {
      await pool.close();
      await observer.close();
      await database.drop();
    },
  };
}

/**
 * Promises a connection on which a process has the server's connections of those before it: to open one, and to prepare its
 * statements, takes longer than all that a process does with it.
 */
function sharing(pool: PostgresPool, own: Connection): Connection {
  return {
    dialect: pool.dialect,
    read: pool.read,
    writeOnce: pool.writeOnce,
    begin: (options) => pool.begin(options),
    close: () => own.close(),
  };
}

/** Only what holds rows: to make a new file takes long. Rows that were merely deleted would change the order of the next. */
const EMPTY = `DO $$
  DECLARE filled text;
  BEGIN
    SELECT string_agg(oid::regclass::text, ', ') INTO filled FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND relname <> 'schema_migrations' AND pg_relation_size(oid) > 0;
    IF filled IS NOT NULL THEN
      EXECUTE 'TRUNCATE ' || filled || ' RESTART IDENTITY CASCADE';
    END IF;
  END $$`;

/** As far as the role may set it: without it the simulation is only slower. */
function setting(name: string, value: string): string {
  return `DO $$ BEGIN
      EXECUTE format(
        'ALTER DATABASE %I SET ${name} = %L', current_database(), '${value}'
      );
    EXCEPTION WHEN insufficient_privilege THEN NULL; END $$`;
}

/** Simulated time must not pass while statements wait for one another: within a second of real time one is refused. */
const BLOCKED = `WITH RECURSIVE waits AS (
    SELECT DISTINCT l.pid, blocker FROM pg_locks l
    JOIN pg_stat_activity a ON a.pid = l.pid
    CROSS JOIN LATERAL unnest(pg_blocking_pids(l.pid)) AS blocker
    WHERE NOT l.granted AND a.datname = current_database()
  ), chains AS (
    SELECT pid, blocker FROM waits
    UNION
    SELECT chains.pid, waits.blocker FROM chains
    JOIN waits ON waits.pid = chains.blocker
  )
  SELECT CASE WHEN bool_or(pid = blocker) THEN 0 ELSE count(DISTINCT pid) END
    AS waiting
  FROM chains`;

async function blockedIn(observer: Connection): Promise<number> {
  const { rows } = await observer.read(BLOCKED, []);
  return Number(rows[0]?.["waiting"]);
}
