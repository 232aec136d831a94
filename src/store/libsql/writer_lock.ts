/**
 * How the processes on one SQLite file take turns at its one lock. SQLite knows no queue for it: who writes without a
 * pause has it again before another looks, and who waits can only look again and again.
 */
import { isBusy } from "../connection/store_error.ts";

/** The pauses between two tries for the lock, milliseconds; the last one is repeated. */
const PAUSES_MS = [1, 2, 3, 5];
/** What was found out longer ago says nothing about now, milliseconds. */
const FORGOTTEN_MS = 2_000;

/** A process that is not alone lets go of the lock for a while after having had it for so long, milliseconds. */
const TURN_MS = 25;
/** Longer than the longest pause of who waits, and its clock may be late. */
const REST_MS = 8;
/** How often to look whether there are others, and how long that is believed, milliseconds. */
const LOOK_EVERY_MS = 100;
const SHARED_FOR_MS = 30_000;

export class WriterLock {
  readonly #patienceMs: number;
  readonly #dataVersion: (() => Promise<number>) | undefined;
  /** Since when the lock was never free, as far as it was tried; null: it was had when it was tried last. */
  #heldSinceMs: number | null = null;
  #triedMs = 0;
  #turnSinceMs = 0;
  #endedMs = 0;
  #version: number | null = null;
  #lookedMs = -Infinity;
  #sharedUntilMs = -Infinity;

  /** `dataVersion` differs once another connection has committed; without it nobody else is reckoned with. */
  constructor(
    { patienceMs, dataVersion }: {
      /** How long others may hold the lock before attempts are given up, milliseconds. */
      patienceMs: number;
      dataVersion: (() => Promise<number>) | undefined;
    },
  ) {
    this.#patienceMs = patienceMs;
    this.#dataVersion = dataVersion;
  }

  /**
   * Tries again while another process holds the lock; the pauses leave the thread to others. Who comes after one that
   * has waited in vain does not wait as long once more: all that queue up behind a lock are refused together.
   */
  async whenFree<T>(attempt: () => Promise<T>): Promise<T> {
    await this.#letOthers();
    for (let tries = 0;; tries++) {
      try {
        const result = await attempt();
        this.#heldSinceMs = null;
        return result;
      } catch (error) {
        if (!isBusy(error) || !this.#mayWait()) throw error;
        const pauseMs = PAUSES_MS[tries] ?? PAUSES_MS.at(-1) ?? 0;
        await pause(pauseMs);
      } finally {
        this.#endedMs = performance.now();
      }
    }
  }

  #mayWait(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#triedMs > FORGOTTEN_MS) this.#heldSinceMs = null;
    this.#heldSinceMs ??= nowMs;
    this.#triedMs = nowMs;
    return nowMs - this.#heldSinceMs < this.#patienceMs;
  }

  async #letOthers(): Promise<void> {
    const nowMs = performance.now();
    // Anybody could have had it meanwhile.
    if (nowMs - this.#endedMs > REST_MS) this.#turnSinceMs = nowMs;
    await this.#lookForOthers(nowMs);
    if (nowMs > this.#sharedUntilMs) return;
    if (nowMs - this.#turnSinceMs < TURN_MS) return;
    await pause(REST_MS);
    this.#turnSinceMs = performance.now();
  }

  async #lookForOthers(nowMs: number): Promise<void> {
    if (!this.#dataVersion || nowMs - this.#lookedMs < LOOK_EVERY_MS) return;
    this.#lookedMs = nowMs;
    const found = await this.#dataVersion().catch(() => this.#version);
    if (this.#version !== null && found !== this.#version) {
      this.#sharedUntilMs = nowMs + SHARED_FOR_MS;
    }
    this.#version = found;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
