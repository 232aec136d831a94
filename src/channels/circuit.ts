/**
 * The circuit breaker of one channel: leaves a provider alone for a while after it failed several times in a row, then lets
 * one message try it.
 */
import {
  circuitBreaker,
  CircuitState as State,
  ConsecutiveBreaker,
  handleWhenResult,
} from "cockatiel";
import type { SendResult } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import { type Attempt, retry } from "./attempt.ts";
import { isTimeUp } from "./time_limit.ts";

/** `open`: the provider is left alone; `half-open`: one message is trying it. */
export type CircuitState = "closed" | "open" | "half-open";

const STATES = {
  [State.Closed]: "closed",
  [State.Open]: "open",
  [State.HalfOpen]: "half-open",
  [State.Isolated]: "open",
} as const;

/** A failure that was about the provider. */
export interface ProviderError {
  words: string;
  atMs: number;
}

interface CircuitSettings {
  clock: Clock;
  timeLimitMs: number;
  failuresToOpen: number;
  openMs: number;
}

/** Carries a result past the breaker without a verdict on the provider. */
class GivenUp extends Error {
  constructor(readonly attempt: Attempt) {
    super("The attempt was given up.");
  }
}

/** Promises a closed circuit. */
export function createCircuit(settings: CircuitSettings) {
  const { clock, openMs } = settings;
  let openedAtMs = 0;
  let lastError: ProviderError | null = null;
  const breaker = circuitBreaker(
    handleWhenResult((result) => isProviderFailure(result as Attempt)),
    {
      breaker: new ConsecutiveBreaker(settings.failuresToOpen),
      // The pause is ours to keep, in refusal(), by our clock and proof against one that is set back.
      halfOpenAfter: -Infinity,
    },
  );
  breaker.onBreak(() => openedAtMs = clock());

  return {
    state: (): CircuitState => STATES[breaker.state],
    onStateChange: breaker.onStateChange,
    lastError: () => lastError,
    /** Promises `retry` while the provider is left alone or is being tried by another message, else null. */
    refusal(provider: string): SendResult | null {
      const words = `${provider} is left alone for now: ${lastError?.words}`;
      if (breaker.state === State.HalfOpen) {
        return retry(words, settings.timeLimitMs);
      }
      const passedMs = clock() - openedAtMs;
      const paused = breaker.state === State.Open && passedMs >= 0 &&
        passedMs < openMs;
      return paused ? retry(words, openMs - passedMs) : null;
    },
    /** Promises what `send` promises, counted for or against the provider. */
    async run(send: () => Promise<Attempt>, signal: AbortSignal) {
      const probing = breaker.state !== State.Closed;
      try {
        return await breaker.execute(async () => {
          const result = await send();
          const givenUp = signal.aborted && !isTimeUp(signal);
          if (givenUp && !probing) throw new GivenUp(result);
          if (isAboutProvider(result)) {
            lastError = { words: result.error, atMs: clock() };
          }
          return result;
        });
      } catch (error) {
        if (error instanceof GivenUp) return error.attempt;
        throw error;
      }
    },
  };
}

function isProviderFailure(attempt: Attempt): boolean {
  return attempt.outcome === "retry" && attempt.scope !== "address";
}

function isAboutProvider(
  attempt: Attempt,
): attempt is Exclude<Attempt, { outcome: "sent" }> {
  return isProviderFailure(attempt) ||
    attempt.outcome === "permanent" && attempt.scope === "provider";
}
