/**
 * Signals over LISTEN and NOTIFY. A notification is a statement of its own after the commit: inside the transaction it
 * would make all that commit wait for one another (postgresql.org/docs/18/sql-notify.html), and many commits need but
 * one. Each node has one further connection that listens; the client opens it again when it is lost.
 *
 * A node hears its own notifications too. It knows them by the name that its listener got from the server, and uses them
 * to find out whether it hears at all: behind a pooler that gives a connection to somebody else after each transaction
 * (PgBouncer's transaction mode) nothing ever arrives.
 */
import { getLogger } from "@logtape/logtape";
import postgres from "postgres";
import type { Signals } from "../../ports/signals.ts";
import type { Execute } from "../connection/executor.ts";
import { createTelling } from "./telling.ts";

const log = getLogger(["pagerpal", "nodes"]);

const CHANNEL = "pagerpal";
const ECHO = "echo ";
/** How often a node makes sure that it hears. */
const ECHO_EVERY_MS = 10_000;
const ECHO_WITHIN_MS = 3_000;
/** The pauses between two tries to listen; the last one is repeated. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 5_000];
const CONNECT_SECONDS = 10;

/** Promises signals among all that listen on this database. Nothing connects before `listen`. */
export function postgresSignals(url: string, execute: Execute): Signals {
  return new PostgresSignals(url, execute);
}

class PostgresSignals implements Signals {
  readonly #url: string;
  readonly #execute: Execute;
  readonly #telling = createTelling(() => this.#notify(this.#name));
  readonly #closed = Promise.withResolvers<void>();
  #name = "";
  #heard = () => {};
  /** null: not known yet. */
  #hearing: boolean | null = null;
  #listening: Promise<void> | null = null;
  #echoed = Promise.withResolvers<void>();

  constructor(url: string, execute: Execute) {
    this.#url = url;
    this.#execute = execute;
  }

  tell(): void {
    this.#telling.tell();
  }

  isHearing(): boolean {
    return this.#hearing === true;
  }

  listen(heard: () => void): void {
    this.#heard = heard;
    this.#listening ??= this.#listen();
  }

  async close(): Promise<void> {
    await this.#telling.close();
    this.#closed.resolve();
    await this.#listening;
  }

  /** Listens until the end, with a new client whenever one does not hear. */
  async #listen(): Promise<void> {
    for (let failures = 0;; failures++) {
      const client = this.#client();
      try {
        if (this.#name === "") this.#name = await this.#newName();
        const listening = client.listen(
          CHANNEL,
          (payload) => this.#arrived(payload),
          () => this.#heard(),
        );
        await Promise.race([listening, this.#closed.promise]);
        while (await this.#hears()) {
          failures = -1;
          if (await this.#isOver(ECHO_EVERY_MS)) return;
        }
      } catch {
        // Said below, once.
      } finally {
        // Nobody waits for the end of a connection that is given up.
        client.end({ timeout: 0 }).catch(() => {});
      }
      this.#note(false);
      const pauseMs = PAUSES_MS[failures] ?? PAUSES_MS.at(-1) ?? 0;
      if (await this.#isOver(pauseMs)) return;
    }
  }

  #client(): postgres.Sql {
    return postgres(this.#url, {
      max: 1,
      connect_timeout: CONNECT_SECONDS,
      max_lifetime: null,
      fetch_types: false,
      onnotice: () => {},
      connection: { application_name: "pagerpal listener" },
    });
  }

  async #newName(): Promise<string> {
    const sql = "SELECT gen_random_uuid()::text AS name";
    const { rows } = await this.#execute(sql, []);
    return String(rows[0]?.["name"]);
  }

  /** Promises whether what this node sends comes back to it. */
  async #hears(): Promise<boolean> {
    this.#echoed = Promise.withResolvers();
    const back = this.#notify(`${ECHO}${this.#name}`)
      .then(() => this.#echoed.promise).then(() => true, () => false);
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), ECHO_WITHIN_MS);
    const hears = await Promise.race([
      back,
      late.promise,
      this.#closed.promise.then(() => true),
    ]);
    clearTimeout(timer);
    if (hears) this.#note(true);
    return hears;
  }

  #note(hearing: boolean): void {
    if (hearing === this.#hearing) return;
    this.#hearing = hearing;
    if (hearing) return log.info("This node hears what other nodes commit");
    log.warn(
      "This node does not hear what other nodes commit, and looks by itself until it does",
    );
  }

  #arrived(payload: string): void {
    if (payload === `${ECHO}${this.#name}`) return this.#echoed.resolve();
    if (payload.startsWith(ECHO) || payload === this.#name) return;
    this.#heard();
  }

  #notify(payload: string): Promise<unknown> {
    return this.#execute("SELECT pg_notify($1, $2)", [CHANNEL, payload]);
  }

  /** Waits, and promises whether the end came meanwhile. */
  async #isOver(waitMs: number): Promise<boolean> {
    const waited = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => waited.resolve(false), waitMs);
    const over = await Promise.race([
      waited.promise,
      this.#closed.promise.then(() => true),
    ]);
    clearTimeout(timer);
    return over;
  }
}
