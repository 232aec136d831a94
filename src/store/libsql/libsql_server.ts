/** A libSQL database on a server, over HTTP with @libsql/client. Nothing is written to a disk here. */
import {
  createClient,
  type InValue,
  type Transaction as ClientTransaction,
} from "@libsql/client/http";
import { StoreUnavailableError } from "../../ports/store.ts";
import type { Connection, Transaction } from "../connection/connection.ts";
import type { Execute } from "../connection/executor.ts";

const ANSWER_MS = 15_000;

export interface ServerOptions {
  authToken?: string | undefined;
  /** How long to wait for an answer, milliseconds; 15 s when not given. */
  answerMs?: number;
}

/** Promises a connection that is first used when something runs on it. */
export function openServer(
  url: string,
  options: ServerOptions = {},
): Connection {
  const client = clientFor(url, options);
  return {
    dialect: "sqlite",
    read: on(client),
    // BEGIN IMMEDIATE goes with the first statement. How durable a commit is, is the server's decision.
    begin: async () =>
      transactionOf(await answered(client.transaction("write"))),
    close: () => Promise.resolve(client.close()),
  };
}

/** Promises a transaction that only reads, and that nobody waits for. */
export async function openServerSnapshot(
  url: string,
  options: ServerOptions,
): Promise<Pick<Transaction, "execute" | "end">> {
  const client = clientFor(url, options);
  const { execute, end } = transactionOf(
    await answered(client.transaction("read")),
  );
  return { execute, end: () => end().then(() => client.close()) };
}

function clientFor(
  url: string,
  { authToken, answerMs = ANSWER_MS }: ServerOptions,
) {
  return createClient({
    url,
    intMode: "number",
    fetch: (request: Request) =>
      fetch(request, { signal: AbortSignal.timeout(answerMs) }),
    ...(authToken === undefined ? {} : { authToken }),
  });
}

function transactionOf(transaction: ClientTransaction): Transaction {
  return {
    execute: on(transaction),
    script: (sql) => answered(transaction.executeMultiple(sql)),
    commit: () => answered(transaction.commit()),
    async end() {
      // Closing alone leaves the lock to the server's patience.
      await transaction.rollback().catch(() => {});
      transaction.close();
    },
  };
}

/** Whatever is not the word of SQLite on the server is a server that cannot be reached or does not answer as one. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    const code = cause instanceof Error && Reflect.get(cause, "code");
    if (typeof code === "string" && code.startsWith("SQLITE_")) throw cause;
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new StoreUnavailableError(
      `The database server does not answer: ${words}`,
      { cause },
    );
  }
}

interface Runs {
  execute(
    statement: { sql: string; args: InValue[] },
  ): Promise<{ rows: unknown[]; rowsAffected: number }>;
}

function on(connection: Runs): Execute {
  return async (sql, parameters) => {
    const args = parameters.map(bindable);
    const result = await answered(connection.execute({ sql, args }));
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
