/** The request to the dead-man's switch. Its address is a secret: whoever has it can keep the switch silent. */

export interface PingOptions {
  url: string;
  fetch: typeof fetch;
  /** Ends a ping that is under way, without an answer: a process that stops does not wait for it. */
  stopping: AbortSignal;
  /** For one try, milliseconds. */
  timeLimitMs?: number;
  /** Before the second try, milliseconds, and twice as long before the third. */
  pauseMs?: number;
}

const TRIES = 3;

/**
 * Promises a ping by GET that tries three times at most, ten seconds each, so that it is over before the next minute's. It
 * answers null, or in words why nobody has answered; what the network says is not repeated, for it names the address.
 */
export function createPing(
  { url, fetch, stopping, timeLimitMs = 10_000, pauseMs = 1_000 }: PingOptions,
): () => Promise<string | null> {
  async function attempt(): Promise<
    { failure: string | null; again: boolean }
  > {
    const limit = AbortSignal.timeout(timeLimitMs);
    try {
      const signal = AbortSignal.any([limit, stopping]);
      const response = await fetch(url, { signal });
      await response.body?.cancel();
      if (response.ok) return { failure: null, again: false };
      const { status } = response;
      return { failure: `it answered ${status}`, again: status >= 500 };
    } catch {
      return { failure: "no answer", again: true };
    }
  }

  return async () => {
    for (let tried = 1;; tried++) {
      const { failure, again } = await attempt();
      if (!again || tried === TRIES || stopping.aborted) return failure;
      await pause(pauseMs * tried, stopping);
    }
  };
}

/** Settles after the time, or when it is stopped. */
function pause(ms: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopping.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stopping.addEventListener("abort", end);
  });
}
