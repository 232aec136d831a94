/**
 * A circuit breaker: leaves a provider, or one channel of it, alone for a while after it failed several times in a row, then
 * lets one message try it, while the others wait for what becomes of that one.
 */
import {
  circuitBreaker,
  CircuitState as State,
  ConsecutiveBreaker,
  handleWhenResult,
} from "cockatiel";
import type { SendResult } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import { type Attempt, untried } from "./attempt.ts";
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

export interface CircuitSettings {
  clock: Clock;
  /** For one attempt, milliseconds. */
  timeLimitMs: number;
  /** Failures in a row that open the circuit. */
  failuresToOpen: number;
  /** How long an open circuit stays so before one message tries the provider, milliseconds. */
  openMs: number;
  /** Whether the result counts against what the circuit is about. */
  isFailure(attempt: Attempt): boolean;
}

export type Circuit = ReturnType<typeof createCircuit>;

/** Carries a result past the breaker without a verdict on the provider. */
class GivenUp extends Error {
  constructor(readonly attempt: Attempt) {
    super("The attempt was given up.");
  }
}

/** Promises a closed circuit. */
export function createCircuit(settings: CircuitSettings) {
  const { clock, openMs, isFailure } = settings;
  let openedAtMs = 0;
  let lastError: ProviderError | null = null;
  let probe: Promise<unknown> = Promise.resolve();
  const breaker = circuitBreaker(
    handleWhenResult((result) => isFailure(result as Attempt)),
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
    /** Settles when no message is trying the provider: at once, unless the circuit is half-open. */
    async verdict(): Promise<void> {
      if (breaker.state === State.HalfOpen) await probe;
    },
    /** Promises `retry` while the provider is left alone or is being tried by another message, else null. */
    refusal(provider: string): SendResult | null {
      const words = `${provider} is left alone for now: ${lastError?.words}`;
      if (breaker.state === State.HalfOpen) {
        return untried(words, settings.timeLimitMs);
      }
      const passedMs = clock() - openedAtMs;
      const paused = breaker.state === State.Open && passedMs >= 0 &&
        passedMs < openMs;
      return paused ? untried(words, openMs - passedMs) : null;
    },
    /** Promises what `send` promises, counted for or against the provider. */
    run(send: () => Promise<Attempt>, signal: AbortSignal): Promise<Attempt> {
      const probing = breaker.state !== State.Closed;
      const running = breaker.execute(async () => {
        const result = await send();
        const givenUp = signal.aborted && !isTimeUp(signal);
        if (givenUp && !probing) throw new GivenUp(result);
        if (result.outcome !== "sent" && isFailure(result)) {
          lastError = { words: result.error, atMs: clock() };
        }
        return result;
      }).catch((error) => {
        if (error instanceof GivenUp) return error.attempt;
        throw error;
      });
      if (probing) probe = running.catch(() => {});
      return running;
    },
  };
}
