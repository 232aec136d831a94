/** A look at the database itself, past the repositories, on a connection of its own. */
import type { Connection } from "../connection/connection.ts";
import {
  type Damage,
  type FindDamage,
  type LookOptions,
  postgresDamage,
  sqliteDamage,
} from "./damage.ts";
import { guarded } from "../connection/executor.ts";
import type { LibsqlAddress } from "../libsql/libsql.ts";
import {
  oneConnection,
  type Patience,
  whenFree,
} from "../connection/one_connection.ts";
import { storeError } from "../connection/store_error.ts";

export interface Examination {
  /** Promises that the database answers. This and all below throw StoreUnavailableError. */
  reach(): Promise<void>;
  /** Promises the server's clock, epoch milliseconds; null for a file, which has none of its own. */
  serverClockMs(): Promise<number | null>;
  /** Promises that the database takes writes: one is made, and taken back. The lock of another process is waited for. */
  tryToWrite(): Promise<void>;
  /** Promises how much room it takes, bytes. */
  sizeBytes(): Promise<number>;
  /** Promises what the database finds wrong with its own storage. */
  findDamage(options: LookOptions): Promise<Damage>;
  close(): Promise<void>;
}

/** No single statement of a look takes longer, milliseconds; a deep one may. */
const STATEMENT_MS = 15_000;

/** As long as a node waits for another's lock on a SQLite file: five seconds. */
const PATIENCE: Patience = { tries: 100, pauseMs: 50 };

/** Promises an examination of the database at the address; throws StoreUnavailableError for a file that cannot be opened. */
export async function examine(
  address: LibsqlAddress,
  patience = PATIENCE,
): Promise<Examination> {
  const open = (statementMs: number) => oneConnection(address, statementMs);
  const connection = await open(STATEMENT_MS);
  const read = guarded(connection.read);
  const isFile = address.url.startsWith("file:");
  const sql = SQL[connection.dialect];
  const number = async (statement: string) =>
    Number((await read(statement, [])).rows[0]?.["value"]);
  return {
    reach: async () => void await read("SELECT 1 AS value", []),
    serverClockMs: async () => isFile ? null : await number(sql.clock),
    tryToWrite: () => tryToWrite(connection, patience),
    sizeBytes: () => number(sql.size),
    async findDamage({ deep, signal }) {
      if (!deep) return await sql.damage(read, { deep, signal });
      const patient = await open(0);
      try {
        return await sql.damage(guarded(patient.read), { deep, signal });
      } finally {
        await patient.close();
      }
    },
    close: () => connection.close(),
  };
}

/** Into a table that every database of PagerPal's has, under a number that no migration has. */
const TRIAL =
  "INSERT INTO schema_migrations (version, name, checksum, applied_at_ms) VALUES (-1, 'trial', '', 0)";

async function tryToWrite(
  connection: Connection,
  patience: Patience,
): Promise<void> {
  try {
    await whenFree(async () => {
      const transaction = await connection.begin({ durable: true });
      try {
        await transaction.execute(TRIAL, []);
      } finally {
        await transaction.end();
      }
    }, patience);
  } catch (error) {
    throw storeError(error, TRIAL);
  }
}

const SQL: Record<
  Connection["dialect"],
  { clock: string; size: string; damage: FindDamage }
> = {
  sqlite: {
    clock: "SELECT unixepoch('subsec') * 1000 AS value",
    size:
      "SELECT page_count * page_size AS value FROM pragma_page_count(), pragma_page_size()",
    damage: sqliteDamage,
  },
  postgres: {
    clock: "SELECT extract(epoch FROM clock_timestamp()) * 1000 AS value",
    size: "SELECT pg_database_size(current_database()) AS value",
    damage: postgresDamage,
  },
};
