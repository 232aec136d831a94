/**
 * Keeps one channel from hurting the rest: a time limit on every attempt, a bound on how many are in flight to its provider,
 * and circuit breakers that stop asking a provider which does not answer, on this channel or at all.
 *
 * The time limits are real time; the breaker's pause goes by the clock that is passed in.
 */
import type { Channel, OutgoingMessage, SendResult } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import { type Attempt, retry, unanswered } from "./attempt.ts";
import {
  type CircuitState,
  createCircuit,
  type ProviderError,
} from "./circuit.ts";
import { createProvider, type Provider } from "./provider.ts";
import { isTimeUp, type TimeLimit, timeLimit } from "./time_limit.ts";

export interface ChannelHealth {
  state: CircuitState;
  inFlight: number;
  /** When a message last went through; null for never. */
  lastSentAtMs: number | null;
  /** The last failure that was about the provider, as credentials refused or no answer. */
  lastError: ProviderError | null;
}

/** A channel with its limits. */
export interface GuardedChannel extends Channel {
  /** Promises the present state, for a health page. */
  health(): ChannelHealth;
  /** Lets go of connections; nothing is sent afterwards. */
  close(): void;
}

export interface GuardOptions {
  clock: Clock;
  /** Shared with other channels; without it the channel has a provider to itself, and `maxInFlight` is its own. */
  provider?: Provider;
  /** For one attempt, milliseconds. */
  timeLimitMs?: number;
  maxInFlight?: number;
  /** How long a message waits for its turn when that many are in flight, milliseconds. */
  maxWaitMs?: number;
  /** Provider failures in a row that open the circuit. */
  failuresToOpen?: number;
  /** How long an open circuit stays so before one message tries the provider, milliseconds. */
  openMs?: number;
  /** Hears of every change of the circuit. */
  onStateChange?: (health: ChannelHealth) => void;
  /** Hears of every answer of the provider, and of its time being up. */
  onAttempt?: (outcome: SendResult["outcome"], durationMs: number) => void;
  /** Hears of every message that the provider is not asked to take. */
  onRefusal?: (reason: "circuit_open" | "too_many") => void;
}

/** The usual limits. */
export const DEFAULTS = {
  timeLimitMs: 10_000,
  maxInFlight: 50,
  maxWaitMs: 5_000,
  failuresToOpen: 5,
  openMs: 15_000,
  onStateChange: () => {},
  onAttempt: () => {},
  onRefusal: () => {},
};

/** A timer that fires so late was not waited for, milliseconds: the process was stopped, or the machine slept. */
const STILL_MS = 2_000;
const GIVEN_UP = "The attempt was given up.";

/**
 * Promises the channel with its limits. Its `send` never throws, settles within `maxWaitMs + timeLimitMs` whatever the
 * channel does, and answers `retry` at once while the circuit is open. While one message tries a provider that failed,
 * the others wait for what becomes of it, and go at once when it gets through.
 *
 * Only what is about the provider counts against it: a `retry`, a time-out or a throw. A bad address does not, nor does
 * an abort by the caller unless the caller's own time was up.
 */
export function guardChannel(
  channel: Channel & { close?: () => void },
  options: GuardOptions,
): GuardedChannel {
  const settings = { ...DEFAULTS, ...options };
  const { slots, host } = settings.provider ?? createProvider(settings);
  const own = createCircuit({ ...settings, isFailure: isAboutChannel });
  const circuits = [host, own];
  let inFlight = 0;
  let lastSentAtMs: number | null = null;
  let lastError: ProviderError | null = null;

  const health = (): ChannelHealth => ({
    state: worst(circuits.map((circuit) => circuit.state())),
    inFlight,
    lastSentAtMs,
    lastError: later(lastError, host.lastError()),
  });
  let { state } = health();
  const tell = () => {
    const now = health();
    if (now.state === state) return;
    state = now.state;
    settings.onStateChange(now);
  };
  for (const circuit of circuits) circuit.onStateChange(tell);

  const refuse = () => {
    for (const circuit of circuits) {
      const refusal = circuit.refusal(channel.provider);
      if (refusal === null) continue;
      settings.onRefusal("circuit_open");
      return refusal;
    }
    return null;
  };

  // Nearly every message: it needs no clock that tells how long it has waited.
  const mayGoAtOnce = () =>
    slots.executionSlots > 0 &&
    circuits.every((circuit) => circuit.state() === "closed");

  const tried = async (message: OutgoingMessage, signal: AbortSignal) => {
    const startedMs = performance.now();
    const given = await limitedSend(channel, message, { signal, ...settings });
    const tookMs = performance.now() - startedMs;
    settings.onAttempt(given.outcome, tookMs);
    // Whose time is up so late stood still itself, and the provider may have answered long ago.
    const stoodStill = tookMs > settings.timeLimitMs + STILL_MS;
    if (stoodStill && given.outcome === "retry") {
      return { ...given, scope: "ourselves" as const };
    }
    const blamed = !signal.aborted || isTimeUp(signal);
    if (blamed && isAboutProvider(given)) {
      lastError = { words: given.error, atMs: settings.clock() };
    }
    return given;
  };

  const attempt = async (message: OutgoingMessage, signal: AbortSignal) => {
    // The circuit may have opened while this one waited.
    const refusal = refuse();
    if (refusal !== null) return refusal;
    inFlight++;
    try {
      const result = await host.run(
        () => own.run(() => tried(message, signal), signal),
        signal,
      );
      if (result.outcome === "sent") lastSentAtMs = settings.clock();
      return result;
    } finally {
      inFlight--;
    }
  };

  return {
    kind: channel.kind,
    provider: channel.provider,
    health,
    close: () => channel.close?.(),
    async send(message, signal) {
      if (signal.aborted) return retry(GIVEN_UP);
      const work = () => attempt(message, signal);
      if (mayGoAtOnce()) return await slots.execute(work);
      const wait = timeLimit(signal, settings.maxWaitMs);
      try {
        for (const circuit of circuits) {
          if (circuit.state() !== "half-open") continue;
          await Promise.race([circuit.verdict(), wait.over]);
        }
        const refusal = refuse();
        if (refusal !== null) return refusal;
        const turn = await takeTurn(slots, wait, work);
        if (turn === null) settings.onRefusal("too_many");
        return turn ??
          retry(`Too many messages to ${channel.provider} at once.`);
      } finally {
        wait.clear();
      }
    },
  };
}

function isAboutChannel({ outcome, scope }: Attempt): boolean {
  return outcome === "retry" && scope !== "address" && scope !== "ourselves";
}

function isAboutProvider(
  attempt: Attempt,
): attempt is Exclude<Attempt, { outcome: "sent" }> {
  return isAboutChannel(attempt) ||
    attempt.outcome === "permanent" && attempt.scope === "provider";
}

function worst(states: CircuitState[]): CircuitState {
  return states.find((state) => state === "open") ??
    states.find((state) => state === "half-open") ?? "closed";
}

function later(
  a: ProviderError | null,
  b: ProviderError | null,
): ProviderError | null {
  return a === null || b !== null && b.atMs > a.atMs ? b : a;
}

/** Promises the channel's result, or `retry` when it has none in time. Never throws, whatever the channel does. */
async function limitedSend(
  channel: Channel,
  message: OutgoingMessage,
  options: { signal: AbortSignal; timeLimitMs: number },
): Promise<Attempt> {
  const limit = timeLimit(options.signal, options.timeLimitMs);
  const outOfTime = limit.over.then(() =>
    unanswered(
      isTimeUp(limit.signal)
        ? `${channel.provider} did not answer in time.`
        : GIVEN_UP,
    )
  );
  try {
    return await Promise.race([
      channel.send(message, limit.signal),
      outOfTime,
    ]);
  } catch {
    // What was thrown may hold anything, so none of it is repeated.
    const words = `Sending through ${channel.provider} failed unexpectedly.`;
    return unanswered(words);
  } finally {
    limit.clear();
  }
}

/** Promises what `work` promises once there is a slot for it, or null when there is none in time. */
async function takeTurn<T>(
  slots: Provider["slots"],
  wait: TimeLimit,
  work: () => Promise<T>,
): Promise<T | null> {
  const turn = slots.execute(() => {
    wait.clear();
    return work();
  }, wait.signal).catch(() => null);
  // The policy turns away one that has waited too long only when its turn comes; this does not wait for that.
  const gaveUp = wait.over.then(() => null);
  return await Promise.race([turn, gaveUp]);
}
