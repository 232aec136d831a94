/** Does for many at once what costs almost as much for one: what arrives while a group is under way makes the next one. */
import { setImmediate } from "node:timers/promises";

export interface TogetherOptions<Item, Result> {
  /** Promises one result for each item, in their order, or a promise of it; an error is everybody's of the group. */
  run(items: readonly Item[]): Promise<(Result | Promise<Result>)[]>;
  /** The largest group. */
  most: number;
}

/**
 * Groups form by themselves: whoever comes while nothing is under way goes at once and alone. After a group the event loop
 * has a turn to bring in what has arrived meanwhile, and that is the next group: a database that answers without letting
 * go of the thread would else see one after the other. So someone quiet waits for nothing, and a flood goes in large groups.
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
      await this.#runOne(this.#waiting.splice(0, this.#options.most));
      await setImmediate();
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
