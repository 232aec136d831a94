/** How simulated processes hear of each other's commits: late, sometimes, or never. */
import type { Signals } from "../../src/ports/signals.ts";
import type { Chance } from "./chance.ts";
import { OUTSIDE } from "./providers.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Owner } from "./timers.ts";

export interface AirOptions {
  scheduler: Scheduler;
  chance: Chance;
  /** How likely it is that a signal is lost. */
  losses: number;
}

/** What signals go through. */
export class Air {
  readonly #options: AirOptions;
  readonly #listeners = new Map<Owner, () => void>();
  /** Who is going to hear something already. */
  readonly #told = new Set<Owner>();

  constructor(options: AirOptions) {
    this.#options = options;
  }

  /** Promises what the process hears and tells through. */
  signalsOf(node: Owner): Signals {
    return {
      tell: () => this.#tell(node),
      listen: (heard) => void this.#listeners.set(node, heard),
      isHearing: () => this.#options.losses === 0,
      close: () => Promise.resolve(),
    };
  }

  #tell(from: Owner): void {
    const { scheduler, chance, losses } = this.#options;
    for (const [node, heard] of this.#listeners) {
      if (!node.alive) this.#listeners.delete(node);
      const goes = node !== from && node.alive && !this.#told.has(node);
      if (!goes || chance.happens(losses)) continue;
      this.#told.add(node);
      const when = { ms: chance.int(1, 20), label: "signal" };
      scheduler.timers.set(OUTSIDE, when, () => {
        this.#told.delete(node);
        scheduler.soon(node, "hears a signal", heard);
      });
    }
  }
}
