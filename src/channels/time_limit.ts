/** A signal that aborts with its parent or when time is up, and that leaves nothing behind on a parent that lives long. */

export interface TimeLimit {
  signal: AbortSignal;
  /** Resolves when the signal aborts, or never. */
  over: Promise<void>;
  /** Stops the clock and lets go of the parent. */
  clear(): void;
}

/** Promises a signal that aborts after `ms` with a `TimeoutError`, or when the parent does with the parent's reason. */
export function timeLimit(parent: AbortSignal, ms: number): TimeLimit {
  const controller = new AbortController();
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const end = (reason: unknown) => {
    controller.abort(reason);
    resolve();
  };
  const follow = () => end(parent.reason);
  if (parent.aborted) follow();
  parent.addEventListener("abort", follow, { once: true });
  const timer = setTimeout(
    () => end(new DOMException("Time is up.", "TimeoutError")),
    ms,
  );
  return {
    signal: controller.signal,
    over,
    clear() {
      clearTimeout(timer);
      parent.removeEventListener("abort", follow);
    },
  };
}

/** Promises whether the signal aborted because time was up, and not because somebody lost interest. */
export function isTimeUp(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof DOMException &&
    signal.reason.name === "TimeoutError";
}
