/** The ways in which a database does not do its work, each a real one: what the test does is what an operator sees. */
import assert from "node:assert/strict";
import postgres from "postgres";
import type { Connection } from "../../src/store/connection/connection.ts";
import { TcpProxy } from "../fakes/tcp_proxy.ts";
import { holdLock, runSql } from "../sql.ts";

/** What a test can reach of the database. */
export interface Reach {
  /** Of the database itself. */
  url: string;
  /** The store's own connection. */
  connection: Connection;
  /** Between the store and PostgreSQL. */
  proxy: TcpProxy | null;
}

export interface Outage {
  name: string;
  on: "libSQL" | "PostgreSQL";
  /** What /health/ready says. */
  says: RegExp;
  /** Promises that it has begun, and how it ends. */
  begin(reach: Reach): Promise<() => Promise<void>>;
}

/** Statements on the connection that writes, whether it may begin a transaction or not. */
async function writerOf({ connection }: Reach) {
  const transaction = await connection.begin({ durable: true });
  // Not by its end, after which it takes nothing any more.
  await transaction.script("ROLLBACK");
  return (statement: string) => transaction.script(statement);
}

/** Ends all other sessions, as a restart would, so that settings of the database hold. */
const END_SESSIONS =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

async function readOnly(url: string, value: "on" | "off"): Promise<void> {
  const database = new URL(url).pathname.slice(1);
  await runSql(
    url,
    `BEGIN READ WRITE;
    ALTER DATABASE ${database} SET default_transaction_read_only = ${value};
    COMMIT`,
  );
}

export const OUTAGES: Outage[] = [
  {
    name: "takes no writes",
    on: "libSQL",
    says: /read-only/,
    async begin(reach) {
      const script = await writerOf(reach);
      await script("PRAGMA query_only = ON");
      return () => script("PRAGMA query_only = OFF");
    },
  },
  {
    name: "is full",
    on: "libSQL",
    says: /no space left/,
    async begin(reach) {
      const script = await writerOf(reach);
      // It cannot be less than what is there already.
      await script("PRAGMA max_page_count = 1");
      return () => script("PRAGMA max_page_count = 1000000");
    },
  },
  {
    name: "is locked by another process",
    on: "libSQL",
    says: /locked by another process|does not answer in time/,
    begin: ({ url }) => holdLock(url),
  },
  {
    name: "refuses connections",
    on: "PostgreSQL",
    says: /cannot be reached/,
    async begin({ proxy }) {
      assert.ok(proxy);
      await proxy.refuse();
      return () => proxy.restore();
    },
  },
  {
    name: "takes no writes",
    on: "PostgreSQL",
    says: /read-only/,
    async begin({ url }) {
      await readOnly(url, "on");
      await runSql(url, END_SESSIONS);
      return () => readOnly(url, "off");
    },
  },
  {
    name: "is full",
    on: "PostgreSQL",
    says: /no space left/,
    async begin({ url }) {
      await runSql(
        url,
        `CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER no_space BEFORE INSERT ON incidents EXECUTE FUNCTION no_space()`,
      );
      return () => runSql(url, "DROP FUNCTION no_space CASCADE");
    },
  },
  {
    name: "is locked by another process",
    on: "PostgreSQL",
    says: /locked by another process|does not answer in time/,
    async begin({ url }) {
      const sql = postgres(url, { max: 1, onnotice: () => {} });
      const held = await sql.reserve();
      await held.unsafe("BEGIN; LOCK TABLE incidents, nodes").simple();
      return async () => {
        await held.unsafe("ROLLBACK");
        held.release();
        await sql.end();
      };
    },
  },
];
