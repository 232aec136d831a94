/**
 * One writer at a time within this process: a second one would only wait for the lock and hold up the thread. What waits
 * is written together, since a commit waits for the disk and costs more than most works do.
 */
import { setImmediate } from "node:timers/promises";

/** Runs works in one transaction, in their order, and promises what became of each once it is committed. */
export type RunGroup<Work> = (
  works: readonly Work[],
) => Promise<PromiseSettledResult<unknown>[]>;

/** Others look at the database, and pages wait, while a group is written. */
const MOST_TOGETHER = 32;

interface Waiting<Work> {
  work: Work;
  settle(outcome: PromiseSettledResult<unknown>): void;
}

/**
 * Runs works strictly one after the other: those that are urgent in the order they came, the others in theirs. Urgent ones
 * go next, by themselves, and so wait for what is being written and for nothing else; a group of the others then has its
 * turn, however many more are urgent.
 */
export class WriterQueue<Work> {
  readonly #runGroup: RunGroup<Work>;
  readonly #urgent: Waiting<Work>[] = [];
  readonly #others: Waiting<Work>[] = [];
  #draining: Promise<void> | null = null;

  constructor(runGroup: RunGroup<Work>) {
    this.#runGroup = runGroup;
  }

  /** Promises the work's own result or error. */
  run<T>(
    work: Work,
    { urgent = false }: { urgent?: boolean } = {},
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiting = urgent ? this.#urgent : this.#others;
    waiting.push({
      work,
      settle(outcome) {
        // The caller says what its work promises.
        if (outcome.status === "fulfilled") resolve(outcome.value as T);
        else reject(outcome.reason);
      },
    });
    this.#draining ??= this.#drain();
    return promise;
  }

  /** Promises that everything queued so far has been settled. */
  async idle(): Promise<void> {
    while (this.#draining !== null) await this.#draining;
  }

  /**
   * Who comes while nothing is written goes at once and alone. After that the event loop has a turn to bring in what has
   * arrived: a file is written without letting go of the thread, so that no two would ever meet here.
   */
  async #drain(): Promise<void> {
    while (this.#urgent.length > 0 || this.#others.length > 0) {
      for (const waiting of [this.#urgent, this.#others]) {
        if (waiting.length === 0) continue;
        await this.#runTogether(waiting.splice(0, MOST_TOGETHER));
        await setImmediate();
      }
    }
    this.#draining = null;
  }

  async #runTogether(group: Waiting<Work>[]): Promise<void> {
    try {
      const outcomes = await this.#runGroup(group.map(({ work }) => work));
      group.forEach(({ settle }, at) => {
        const none = new Error("A work has no outcome.");
        settle(outcomes[at] ?? { status: "rejected", reason: none });
      });
    } catch (reason) {
      for (const { settle } of group) settle({ status: "rejected", reason });
    }
  }
}
