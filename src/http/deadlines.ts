/** Time limits of many that are nearly all over long before: one timer for all costs less than one for each. */

/** One time limit. */
export interface Deadline {
  /** As performance.now(). */
  atMs: number;
  isOver: boolean;
  /** Called once, when it is over. */
  late: () => void;
}

export class Deadlines {
  readonly #pending = new Set<Deadline>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer fires; Infinity where there is none. */
  #nextMs = Infinity;

  /** Promises a time limit that is over after so many milliseconds, unless it is met before. */
  start(withinMs: number, late: () => void): Deadline {
    const deadline = {
      atMs: performance.now() + withinMs,
      isOver: false,
      late,
    };
    this.#pending.add(deadline);
    if (deadline.atMs < this.#nextMs) this.#wake(deadline.atMs);
    return deadline;
  }

  /** The timer is left as it is: the next ones come before it fires. */
  meet(deadline: Deadline): void {
    this.#pending.delete(deadline);
  }

  #wake(atMs: number): void {
    clearTimeout(this.#timer);
    this.#nextMs = atMs;
    this.#timer = setTimeout(
      () => this.#look(),
      Math.max(1, atMs - performance.now()),
    );
  }

  #look(): void {
    const nowMs = performance.now();
    let nextMs = Infinity;
    this.#nextMs = Infinity;
    for (const deadline of this.#pending) {
      if (deadline.atMs > nowMs) {
        nextMs = Math.min(nextMs, deadline.atMs);
        continue;
      }
      this.#pending.delete(deadline);
      deadline.isOver = true;
      deadline.late();
    }
    if (nextMs < this.#nextMs) this.#wake(nextMs);
  }
}
