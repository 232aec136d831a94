/** A node's connection to the database: every statement waits for its turn, and all of it can be cut. */
import { StoreUnavailableError } from "../../src/ports/store.ts";
import type {
  Connection,
  Statement,
  Transaction,
} from "../../src/store/connection/connection.ts";
import type { Outcome } from "../../src/store/connection/executor.ts";
import type { Scheduler, What } from "./scheduler.ts";
import type { Owner } from "./timers.ts";

/** Fewer transactions at once than a node has connections, so that none waits for a connection inside a turn. */
const MOST_TRANSACTIONS = 6;
export const CONNECTIONS = MOST_TRANSACTIONS + 2;

export interface HeldOptions {
  scheduler: Scheduler;
  owner: Owner;
  /** Rewrites a statement: how a test breaks the app. */
  rewrite(sql: string): string;
  /** Whether a transaction of any node is open. */
  isLocked(): boolean;
  /** Whether the database can be reached now. */
  isUp(): boolean;
  /** Hears of every statement that ran: its first words and how many rows it brought or changed. */
  onStatement(words: string, rows: number): void;
  /** Hears of a commit before whoever committed does, and what it wrote to. */
  onCommit(written: ReadonlySet<string>): Promise<void>;
}

/** Promises a connection through which the node sees the real one, until it is cut. */
export class HeldConnection implements Connection {
  readonly dialect;
  readonly writeOnce?: NonNullable<Connection["writeOnce"]>;
  readonly #real: Connection;
  readonly #options: HeldOptions;
  readonly #open = new Set<Transaction>();
  readonly #waiting: (() => void)[] = [];
  #begun = 0;

  constructor(real: Connection, options: HeldOptions) {
    this.#real = real;
    this.#options = options;
    this.dialect = real.dialect;
    const { writeOnce } = real;
    if (writeOnce) {
      this.writeOnce = (statement, options) =>
        this.#writeOnce(statement, (as) => writeOnce(as, options));
    }
  }

  readonly read: Connection["read"] = (sql, parameters) =>
    this.#turn({ label: `read ${wordsOf(sql)}` }, async () => {
      const text = this.#options.rewrite(sql);
      const outcome = await this.#real.read(text, parameters);
      this.#options.onStatement(wordsOf(sql), outcome.rows.length);
      return outcome;
    });

  /** A turn of its own, after which it is committed. */
  #writeOnce(
    { sql, parameters }: Statement,
    write: (statement: Statement) => Promise<Outcome>,
  ): Promise<Outcome> {
    const { words: label, tables: writes } = factsOf(sql);
    return this.#turn({ label, writes }, async () => {
      const text = this.#options.rewrite(sql);
      const outcome = await write({ sql: text, parameters });
      this.#options.onStatement(label, outcome.rows.length || outcome.changes);
      await this.#options.onCommit(new Set(writes));
      return outcome;
    });
  }

  async begin(options: { durable: boolean }): Promise<Transaction> {
    if (this.#begun >= MOST_TRANSACTIONS) {
      await new Promise<void>((go) => this.#waiting.push(go));
    }
    this.#begun++;
    try {
      const isVain = () =>
        this.dialect === "sqlite" && this.#options.isLocked();
      const real = await this.#turn({ label: "begin", isVain }, async () => {
        const transaction = await this.#real.begin(options);
        this.#open.add(transaction);
        return transaction;
      });
      return this.#held(real);
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /** How many transactions are open. */
  get transactions(): number {
    return this.#open.size;
  }

  /** The owner has died: nothing is left of its open transactions, as the server sees to when a connection ends. */
  async cut(): Promise<void> {
    for (const transaction of this.#open) await transaction.end();
    this.#open.clear();
    await this.#real.close();
  }

  close(): Promise<void> {
    return this.#real.close();
  }

  #held(real: Transaction): Transaction {
    const written = new Set<string>();
    // Statements of one connection run in the order in which they were sent, also those that nobody waits for in between.
    let before: Promise<unknown> = Promise.resolve();
    const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
      const now = before.then(work);
      before = now.catch(() => {});
      return now;
    };
    const execute: Transaction["execute"] = async (sql, parameters) => {
      const text = this.#options.rewrite(sql);
      const outcome = await real.execute(text, parameters);
      for (const table of factsOf(sql).tables) written.add(table);
      const rows = outcome.rows.length || outcome.changes;
      this.#options.onStatement(wordsOf(sql), rows);
      return outcome;
    };
    let isCommitted = false;
    const end = async () => {
      // After a commit there is nothing left to undo, and nothing is sent.
      if (isCommitted) await real.end();
      else await this.#rollback(real);
      if (this.#open.delete(real)) this.#leave();
    };
    return {
      execute: (sql, parameters) =>
        inOrder(() =>
          this.#turn({
            label: wordsOf(sql),
            writes: factsOf(sql).tables.filter((table) => !written.has(table)),
          }, () => execute(sql, parameters))
        ),
      script: (sql) =>
        this.#turn({ label: wordsOf(sql) }, () => real.script(sql)),
      commit: () =>
        this.#turn({ label: `commit ${[...written].join(" ")}` }, async () => {
          await real.commit();
          isCommitted = true;
          await this.#options.onCommit(written);
        }),
      end: () => inOrder(end),
    };
  }

  /** A turn too, and also while the database cannot be reached: nothing is left of a transaction there. */
  #rollback(real: Transaction): Promise<void> {
    const { scheduler, owner } = this.#options;
    return scheduler.turn(owner, { label: "rollback" }, () => real.end());
  }

  /** A turn in the database: refused while that cannot be reached. */
  #turn<T>(
    what: What,
    work: () => Promise<T>,
  ): Promise<T> {
    const { scheduler, owner, isUp } = this.#options;
    return scheduler.turn(owner, what, () => {
      if (isUp()) return work();
      return Promise.reject(
        new StoreUnavailableError("The database is away."),
      );
    });
  }

  #leave(): void {
    this.#begun--;
    this.#waiting.shift()?.();
  }
}

/** What is known of a statement from its text. */
interface Facts {
  words: string;
  /** The tables that it writes to, or of which it holds rows as they are. */
  tables: string[];
}

const known = new Map<string, Facts>();

function factsOf(sql: string): Facts {
  let facts = known.get(sql);
  if (!facts) {
    const words = sql.trim().replaceAll(/["\s]+/g, " ").slice(0, 40);
    const writes = sql.matchAll(
      /(?:insert into|update|delete from|from(?=.* for share$))\s+"?(\w+)/gi,
    );
    facts = { words, tables: [...writes].map((match) => match[1] ?? "") };
    known.set(sql, facts);
  }
  return facts;
}

function wordsOf(sql: string): string {
  return factsOf(sql).words;
}
