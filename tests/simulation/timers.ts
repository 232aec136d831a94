/** Timers on simulated time, in the place of the platform's for whatever runs inside the simulation. */

/** On whose behalf something runs. What is dead does nothing more; what stands still does it later. */
export interface Owner {
  readonly name: string;
  readonly alive: boolean;
  /** Nothing of it runs before, on simulated time. */
  readonly stillUntilMs: number;
}

/** What setTimeout hands out; libraries may call the methods of Node's. */
class Timer {
  constructor(
    readonly owner: Owner,
    readonly run: () => void,
    readonly label: string,
    public atMs: number,
    readonly order: number,
  ) {}
  ref = () => this;
  unref = () => this;
  hasRef = () => true;
}

/** Simulated time and what is to happen on it. */
export class Timers {
  nowMs = 0;
  #order = 0;
  readonly #set = new Set<Timer>();

  /** Runs it so many milliseconds from now, if its owner still lives. */
  set(
    owner: Owner,
    { ms, label }: { ms: number; label: string },
    run: () => void,
  ): Timer {
    const atMs = this.nowMs + Math.max(0, Math.ceil(Number(ms) || 0));
    const timer = new Timer(owner, run, label, atMs, this.#order++);
    this.#set.add(timer);
    return timer;
  }

  clear(timer: unknown): boolean {
    return timer instanceof Timer && this.#set.delete(timer);
  }

  /** Promises what is due, in the order of its time, and forgets it. What stands still stays. */
  takeDue(): Timer[] {
    const due = [...this.#set].filter((timer) =>
      this.#atMs(timer) <= this.nowMs
    );
    for (const timer of due) this.#set.delete(timer);
    return due.filter(({ owner }) => owner.alive)
      .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  }

  /** Promises when the next one is due; Infinity for none. */
  nextAtMs(): number {
    let nextMs = Infinity;
    for (const timer of this.#set) {
      if (!timer.owner.alive) this.#set.delete(timer);
      else nextMs = Math.min(nextMs, this.#atMs(timer));
    }
    return nextMs;
  }

  #atMs({ owner, atMs }: Timer): number {
    return Math.max(atMs, owner.stillUntilMs);
  }
}

/**
 * Puts these timers in the place of the platform's until disposed of. `ownerNow` says on whose behalf the code runs that
 * sets one; null: it is none of the simulation's, and gets a real one.
 */
export function replaceTimers(
  timers: Timers,
  ownerNow: () => Owner | null,
): Disposable {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    timeout: AbortSignal.timeout,
  };
  const clearInstead = (clear: (id?: number) => void) => (timer: unknown) => {
    if (timer instanceof Timer) timers.clear(timer);
    else clear(timer as number);
  };
  Object.assign(globalThis, {
    setTimeout(run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) {
      const owner = ownerNow();
      if (!owner) return real.setTimeout(run, ms, ...args);
      return timers.set(owner, { ms, label: "timer" }, () => run(...args));
    },
    setInterval(run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) {
      if (!ownerNow()) return real.setInterval(run, ms, ...args);
      throw new Error("Nothing that the simulation runs sets an interval.");
    },
    clearTimeout: clearInstead(real.clearTimeout),
    clearInterval: clearInstead(real.clearInterval),
  });
  AbortSignal.timeout = (ms) => {
    const owner = ownerNow();
    if (!owner) return real.timeout.call(AbortSignal, ms);
    const controller = new AbortController();
    timers.set(
      owner,
      { ms, label: "time limit" },
      () =>
        controller.abort(new DOMException("Signal timed out.", "TimeoutError")),
    );
    return controller.signal;
  };
  return {
    [Symbol.dispose]() {
      const { timeout, ...names } = real;
      Object.assign(globalThis, names);
      AbortSignal.timeout = timeout;
    },
  };
}
