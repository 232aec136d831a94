/** Lets a test wait for something to arrive instead of sleeping. */
export class Waiters<T> {
  readonly #waiting = new Set<(item: T) => void>();

  /** Tells all who wait. */
  arrived(item: T): void {
    for (const waiter of [...this.#waiting]) waiter(item);
  }

  /** Resolves with the first of `past`, or of what arrives, for which `holds`; rejects after `timeoutMs`. */
  waitFor(
    past: readonly T[],
    holds: (item: T) => boolean,
    timeoutMs: number,
  ): Promise<T> {
    const found = past.find(holds);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const waiter = (item: T) => {
        if (!holds(item)) return;
        end();
        resolve(item);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`Nothing such arrived in ${timeoutMs} ms.`));
      }, timeoutMs);
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
      };
      this.#waiting.add(waiter);
    });
  }
}
