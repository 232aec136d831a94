/**
 * A stand-in for a libSQL server: SQL over HTTP as Hrana 2 has it (github.com/tursodatabase/libsql, docs/HRANA_2_SPEC.md
 * and HTTP_V2_SPEC.md), as far as the client of @libsql/client uses it. A stream is a connection to one SQLite file, and a
 * baton names it from one request to the next, as long as a transaction is open on it.
 */
import Database from "libsql";
import { createTestFile, type TestDatabase } from "../databases.ts";

interface Value {
  type: "null" | "integer" | "float" | "text" | "blob";
  value?: string | number;
}

interface Statement {
  sql?: string;
  sql_id?: number;
  args?: Value[];
}

interface Condition {
  type: "ok" | "error" | "not" | "and" | "or";
  step?: number;
  cond?: Condition;
  conds?: Condition[];
}

interface Step {
  stmt: Statement;
  condition?: Condition | null;
}

type Request = Statement & {
  type: string;
  stmt?: Statement;
  batch?: { steps: Step[] };
};

interface Stream {
  db: Database.Database;
  sqls: Map<number, string>;
}

export interface TestServer extends TestDatabase {
  /** Every statement that was run, in order. */
  readonly statements: string[];
  /** How many transactions are open. */
  openStreams(): number;
  /** Forgets every open transaction, as a real server does after some seconds without a word. */
  expireStreams(): void;
  /** Answers every request with this status until it is null again; 0 is no answer at all. */
  failWith(status: number | null): void;
}

/** Promises an empty database, or what is given, behind HTTP on a free port; with a token, requests without it get 401. */
export async function createTestServer(
  { authToken, content }: { authToken?: string; content?: Uint8Array } = {},
): Promise<TestServer> {
  const file = await createTestFile(content);
  const streams = new Map<string, Stream>();
  const statements: string[] = [];
  let failure: number | null = null;
  const hanging = Promise.withResolvers<void>();
  const open = (): Stream => {
    const db = new Database(file.url.slice("file:".length));
    db.exec("PRAGMA foreign_keys=ON");
    return { db, sqls: new Map() };
  };
  const expire = () => {
    for (const stream of streams.values()) close(stream);
    streams.clear();
  };
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
  }, async (request) => {
    if (failure === 0) await hanging.promise;
    if (failure !== null) {
      return new Response("", { status: failure || 503 });
    }
    const given = request.headers.get("authorization");
    if (authToken !== undefined && given !== `Bearer ${authToken}`) {
      return Response.json({ message: "Unauthorized" }, { status: 401 });
    }
    if (!/^\/v[23]\/pipeline$/.test(new URL(request.url).pathname)) {
      return new Response("", { status: 404 });
    }
    const body: { baton?: string | null; requests: Request[] } = await request
      .json();
    const stream = body.baton ? streams.get(body.baton) : open();
    if (stream === undefined) {
      const message = "The stream has expired due to inactivity";
      return Response.json({ message, code: "STREAM_EXPIRED" }, {
        status: 400,
      });
    }
    if (body.baton) streams.delete(body.baton);
    const results = body.requests.map((one) => answer(stream, one, statements));
    if (body.requests.some(({ type }) => type === "close")) {
      close(stream);
      return Response.json({ baton: null, base_url: null, results });
    }
    const baton = crypto.randomUUID();
    streams.set(baton, stream);
    return Response.json({ baton, base_url: null, results });
  });
  const drop = async () => {
    hanging.resolve();
    await server.shutdown();
    expire();
    await file.drop();
  };
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    statements,
    openStreams: () => streams.size,
    expireStreams: expire,
    failWith: (status) => failure = status,
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

// Closing alone leaves a transaction open until the statements are collected as garbage.
function close({ db }: Stream): void {
  if (db.inTransaction) db.exec("ROLLBACK");
  db.close();
}

function answer(stream: Stream, request: Request, log: string[]) {
  try {
    return { type: "ok", response: respond(stream, request, log) };
  } catch (error) {
    return { type: "error", error: errorOf(error) };
  }
}

function respond(stream: Stream, request: Request, log: string[]) {
  const { type } = request;
  switch (type) {
    case "execute":
      return { type, result: execute(stream, request.stmt ?? {}, log) };
    case "batch":
      return { type, result: batch(stream, request.batch?.steps ?? [], log) };
    case "sequence":
      log.push(textOf(stream, request));
      stream.db.exec(textOf(stream, request));
      return { type };
    case "store_sql":
      stream.sqls.set(request.sql_id ?? 0, request.sql ?? "");
      return { type };
    case "close_sql":
      stream.sqls.delete(request.sql_id ?? 0);
      return { type };
    case "close":
      return { type };
    default:
      throw new Error(`No such request: ${type}`);
  }
}

function batch(stream: Stream, steps: Step[], log: string[]) {
  const results: unknown[] = [];
  const errors: unknown[] = [];
  const holds = (condition?: Condition | null): boolean => {
    if (!condition) return true;
    const { type, step = 0, cond, conds = [] } = condition;
    switch (type) {
      case "ok":
        return Boolean(results[step]);
      case "error":
        return Boolean(errors[step]);
      case "not":
        return !holds(cond);
      case "and":
        return conds.every(holds);
      case "or":
        return conds.some(holds);
    }
  };
  for (const { stmt, condition } of steps) {
    let result: unknown = null;
    let error: unknown = null;
    if (holds(condition)) {
      try {
        result = execute(stream, stmt, log);
      } catch (thrown) {
        error = errorOf(thrown);
      }
    }
    results.push(result);
    errors.push(error);
  }
  return { step_results: results, step_errors: errors };
}

function execute(stream: Stream, statement: Statement, log: string[]) {
  const sql = textOf(stream, statement);
  log.push(sql);
  const prepared = stream.db.prepare(sql);
  prepared.safeIntegers(true);
  const args = (statement.args ?? []).map(fromWire);
  if (!prepared.reader) {
    const { changes, lastInsertRowid } = prepared.run(args);
    return {
      cols: [],
      rows: [],
      affected_row_count: changes,
      last_insert_rowid: String(lastInsertRowid),
    };
  }
  const cols = prepared.columns().map(({ name }: { name: string }) => ({
    name,
  }));
  const rows = prepared.raw(true).all(args) as unknown[][];
  return {
    cols,
    rows: rows.map((row) => row.map(toWire)),
    affected_row_count: 0,
    last_insert_rowid: null,
  };
}

function textOf(stream: Stream, { sql, sql_id }: Statement): string {
  return sql ?? stream.sqls.get(sql_id ?? -1) ?? "";
}

function fromWire({ type, value }: Value): unknown {
  switch (type) {
    case "null":
      return null;
    case "integer":
      return BigInt(value ?? 0);
    default:
      return value;
  }
}

function toWire(value: unknown): Value {
  if (value === null) return { type: "null" };
  if (typeof value === "bigint") {
    return { type: "integer", value: String(value) };
  }
  if (typeof value === "number") return { type: "float", value };
  return { type: "text", value: String(value) };
}

/** As a real server words it: the code of the kind, the rest in the message. */
function errorOf(error: unknown) {
  const { message, code } = error as { message: string; code?: string };
  const kind = /^SQLITE_[A-Z]+/.exec(code ?? "")?.[0] ?? "UNKNOWN";
  return { message: `SQLite error: ${message}`, code: kind };
}
