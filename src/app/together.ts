/**
 * Does for many at once what costs almost as much for one. What arrives together, or while a group is under way, makes a
 * group.
 */
import { setImmediate } from "node:timers/promises";

export interface TogetherOptions<Item, Result> {
  /** Promises one result for each item, in their order, or a promise of it; an error is everybody's of the group. */
  run(items: readonly Item[]): Promise<(Result | Promise<Result>)[]>;
  /** The largest group. */
  most: number;
}

/**
 * Groups form by themselves. Before each of them the event loop has a turn to bring in what has arrived: requests that
 * come together are seen one after the other, and the first of them would else go alone, with a wait for the disk to
 * itself. A group that is under way gathers the next one. So someone quiet waits for a turn of the loop, and a flood goes
 * in large groups.
 */
export class Together<Item, Result> {
  readonly #options: TogetherOptions<Item, Result>;
  readonly #waiting: (PromiseWithResolvers<Result> & { item: Item })[] = [];
  #isRunning = false;

  constructor(options: TogetherOptions<Item, Result>) {
    this.#options = options;
  }

  /** How many wait for the next groups. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Promises the item's own result. */
  add(item: Item): Promise<Result> {
    const waiter = { ...Promise.withResolvers<Result>(), item };
    this.#waiting.push(waiter);
    if (!this.#isRunning) void this.#runAll();
    return waiter.promise;
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      await setImmediate();
      await this.#runOne(this.#waiting.splice(0, this.#options.most));
    }
    this.#isRunning = false;
  }

  async #runOne(
    group: (PromiseWithResolvers<Result> & { item: Item })[],
  ): Promise<void> {
    try {
      const results = await this.#options.run(group.map(({ item }) => item));
      if (results.length !== group.length) {
        throw new Error("A group has not as many results as members.");
      }
      // The lengths are the same.
      group.forEach(({ resolve }, at) =>
        resolve(results[at] as Result | Promise<Result>)
      );
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
