/** A libSQL database on a server, over HTTP with @libsql/client. Nothing is written to a disk here. */
import {
  createClient,
  type InValue,
  type Transaction,
} from "@libsql/client/http";
import type { Execute } from "./executor.ts";
import type { LibsqlConnection, LibsqlTransaction } from "./libsql.ts";

/** Promises a connection that is first used when something runs on it. */
export function openServer(url: string, authToken?: string): LibsqlConnection {
  const client = createClient({
    url,
    intMode: "number",
    ...(authToken === undefined ? {} : { authToken }),
  });
  return {
    read: on(client),
    // BEGIN IMMEDIATE goes with the first statement. How durable a commit is, is the server's decision.
    begin: async () => transactionOf(await client.transaction("write")),
    close: () => client.close(),
  };
}

function transactionOf(transaction: Transaction): LibsqlTransaction {
  return {
    execute: on(transaction),
    script: (sql) => transaction.executeMultiple(sql),
    commit: () => transaction.commit(),
    async rollback() {
      // Closing alone leaves the lock to the server's patience.
      await transaction.rollback().catch(() => {});
      transaction.close();
    },
  };
}

interface Runs {
  execute(
    statement: { sql: string; args: InValue[] },
  ): Promise<{ rows: unknown[]; rowsAffected: number }>;
}

function on(connection: Runs): Execute {
  return async (sql, parameters) => {
    const args = parameters.map(bindable);
    const result = await connection.execute({ sql, args });
    // Rows are plain objects by column; the client's own type says only that they may also be read by index.
    const rows = result.rows as Record<string, unknown>[];
    return { rows, changes: result.rowsAffected };
  };
}

/** A whole number goes as an integer: the client sends a JavaScript number as a float. */
function bindable(value: unknown): InValue {
  switch (typeof value) {
    case "number":
      return Number.isSafeInteger(value) ? BigInt(value) : value;
    case "string":
      return value;
    default:
      if (value === null) return null;
      throw new TypeError(`Cannot store a value of type ${typeof value}.`);
  }
}
