/** One writer at a time within this process: a second one would only wait for the lock and hold up the thread. */

/**
 * Runs works strictly one after the other, in the order they came.
 *
 * The seam for group commit is `#drain`: take several of what has arrived, run them inside one BEGIN and COMMIT with a
 * savepoint each, and settle them together.
 */
export class WriterQueue {
  readonly #waiting: (() => Promise<void>)[] = [];
  #draining: Promise<void> | null = null;

  /** Promises the work's own result or error. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push(() => work().then(resolve, reject));
    this.#draining ??= this.#drain();
    return promise;
  }

  /** Promises that everything queued so far has been settled. */
  async idle(): Promise<void> {
    while (this.#draining !== null) await this.#draining;
  }

  async #drain(): Promise<void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      await next();
    }
    this.#draining = null;
  }
}
