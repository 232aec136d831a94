/**
 * Decides who goes on next. Whatever the simulated processes wait for (a statement, a provider's answer, a timer) is a turn,
 * and turns are taken one at a time, in an order that follows from the seed. Time stands still while there are turns.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers";
import type { Chance } from "./chance.ts";
import { type Owner, replaceTimers, Timers } from "./timers.ts";

/** A turn in the database. */
export interface What {
  label: string;
  /** It would find the whole database locked. */
  isVain?(): boolean;
  /** The tables that it is the first of its transaction to write to. */
  writes?: readonly string[];
}

interface Turn {
  owner: Owner;
  what: What;
  /** Begins it; what it brings is handed over later, with `handOver`. */
  take(): Flight | null;
}

/** A turn whose work is done outside the simulation, as a statement in PostgreSQL. */
interface Flight {
  owner: Owner;
  what: What;
  done: Promise<void>;
  /** Gives the result to who waits for it; null while there is none. */
  handOver: (() => void) | null;
}

export interface SchedulerOptions {
  chance: Chance;
  /** Whether one of the flights may wait for another inside the database: several transactions are open. */
  mayBlock(): boolean;
  /** How many of the flights wait for one another inside the database. */
  blocked(): Promise<number>;
  /** Hears of each turn, before it is taken and when its result is there. */
  onTurn(
    turn: { owner: Owner; label: string; when: "before" | "after" },
  ): Promise<void>;
}

/** A statement in SQLite is done within so many, but for a commit that waits for the disk. */
const MOST_TICKS = 30;
/**
 * What the app does after an answer takes a few turns of the event loop. What the database takes its time over takes any
 * number of them: what were left to do when it begins would be done before its end or after, as it happens.
 */
const LOOPS = 4;

const macrotask = () => new Promise<void>((go) => setImmediate(go));

export class Scheduler {
  readonly timers = new Timers();
  readonly #running = new AsyncLocalStorage<Owner>();
  readonly #options: SchedulerOptions;
  #turns: Turn[] = [];
  readonly #flights = new Set<Flight>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  get nowMs(): number {
    return this.timers.nowMs;
  }

  /** Puts simulated timers in the place of the real ones, for what runs on behalf of an owner. */
  replaceTimers(): Disposable {
    return replaceTimers(this.timers, () => this.#running.getStore() ?? null);
  }

  /** Runs it on behalf of the owner, with all that follows from it. */
  as<T>(owner: Owner, work: () => T): T {
    return this.#running.run(owner, work);
  }

  /** Runs it outside the simulation: real timers, nobody's turn. */
  outside<T>(work: () => T): T {
    return this.#running.exit(work);
  }

  /** Promises the result of the work, which is begun at a turn of its owner's. Never settles once the owner is dead. */
  turn<T>(owner: Owner, what: What, work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#turns.push({
      owner,
      what,
      take: () => {
        const flight: Flight = {
          owner,
          what,
          handOver: null,
          done: work().then(
            (result) => void (flight.handOver = () => resolve(result)),
            (error) => void (flight.handOver = () => reject(error)),
          ),
        };
        return flight;
      },
    });
    return promise;
  }

  /** Runs it at a turn of its owner's, on the owner's behalf. */
  soon(owner: Owner, label: string, run: () => void): void {
    const take = () => {
      this.as(owner, run);
      return null;
    };
    this.#turns.push({ owner, what: { label }, take });
  }

  /** Takes turns and lets time pass until there are none before the instant, or `isOver`. */
  async runUntil(untilMs: number, isOver = () => false): Promise<void> {
    while (!isOver()) {
      await this.#settled();
      if (await this.#takeOne()) continue;
      const nextMs = Math.min(this.timers.nextAtMs(), this.#nextAwakeMs());
      if (nextMs > untilMs) break;
      this.timers.nowMs = Math.max(nextMs, this.nowMs);
    }
    if (!isOver()) this.timers.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** Promises that nothing is under way in the database any more. */
  async landed(): Promise<void> {
    for (const { done } of this.#flights) await done;
  }

  /** Promises that the app has done what it can do now. */
  async #settled(): Promise<void> {
    for (let loop = 0; loop < LOOPS; loop++) await macrotask();
  }

  async #takeOne(): Promise<boolean> {
    for (const { owner, label, run } of this.timers.takeDue()) {
      this.soon(owner, label, run);
    }
    const turn = this.#options.chance.pick(this.#ready());
    if (!turn) return false;
    this.#turns.splice(this.#turns.indexOf(turn), 1);
    const { owner, what: { label } } = turn;
    await this.#options.onTurn({ owner, label, when: "before" });
    if (!turn.owner.alive) return true;
    const flight = turn.take();
    if (flight) {
      this.#flights.add(flight);
      await this.#landing();
      await this.#handOver(flight);
    }
    return true;
  }

  /**
   * Promises the turns of which one may be taken now. What would only wait in the database waits here, as long as that
   * helps: PostgreSQL lets those that wait for one row go on in an order of its own.
   */
  #ready(): Turn[] {
    this.#turns = this.#turns.filter(({ owner }) => owner.alive);
    const ready = this.#turns.filter(({ owner }) => this.#isAwake(owner));
    const contended = new Set(
      [...this.#flights].flatMap(({ what }) => what.writes ?? []),
    );
    const useful = ready.filter(({ what: { isVain, writes = [] } }) =>
      !isVain?.() && !writes.some((table) => contended.has(table))
    );
    const someoneIsStill = ready.length < this.#turns.length;
    return useful.length > 0 || someoneIsStill ? useful : ready;
  }

  #isAwake({ stillUntilMs }: Owner): boolean {
    return stillUntilMs <= this.nowMs;
  }

  /** Settles when every flight has landed, but for those that wait for one another. */
  async #landing(): Promise<void> {
    for (let tick = 0; tick < MOST_TICKS; tick++) {
      if (this.#up().length === 0) return;
      await null;
    }
    for (;;) {
      const up = this.#up();
      if (up.length === 0) return;
      if (!this.#options.mayBlock()) {
        await Promise.all(up.map(({ done }) => done));
        return;
      }
      const pause = new Promise((go) => this.outside(() => setTimeout(go, 2)));
      await Promise.race([...up.map(({ done }) => done), pause]);
      const waiting = this.#up();
      if (waiting.length === 0) return;
      if (await this.#options.blocked() >= waiting.length) {
        await macrotask();
        if (waiting.every(({ handOver }) => !handOver)) return;
      }
    }
  }

  #up(): Flight[] {
    return [...this.#flights].filter(({ handOver }) => !handOver);
  }

  /** The result of this turn is there at once; what others had waited for is there at a turn of its own. */
  async #handOver(current: Flight): Promise<void> {
    for (const flight of [...this.#flights]) {
      const { owner, what: { label }, handOver } = flight;
      if (!handOver) continue;
      this.#flights.delete(flight);
      if (flight !== current) {
        this.soon(owner, `return of ${label}`, handOver);
        continue;
      }
      await this.#options.onTurn({ owner, label, when: "after" });
      if (owner.alive) this.as(owner, handOver);
    }
  }

  /** When the next of those that stand still and have something to do goes on. */
  #nextAwakeMs(): number {
    const still = this.#turns.filter(({ owner }) => !this.#isAwake(owner));
    return Math.min(...still.map(({ owner }) => owner.stillUntilMs), Infinity);
  }
}
