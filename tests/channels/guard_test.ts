import assert from "node:assert/strict";
import { type Attempt, retry, unanswered } from "../../src/channels/attempt.ts";
import {
  type ChannelHealth,
  guardChannel,
  type GuardOptions,
} from "../../src/channels/guard.ts";
import type { OutgoingMessage, SendResult } from "../../src/ports/channel.ts";
import { pageMessage } from "./message.ts";

const SENT: Attempt = { outcome: "sent", providerMessageId: "p" };
const FAILED = retry("Provider failed.");
const NEVER = new AbortController().signal;

interface Call {
  message: OutgoingMessage;
  signal: AbortSignal;
  answer(attempt: Attempt): void;
  fail(error: unknown): void;
}

/** A guarded channel whose every call the test answers by hand, and whose clock it moves. */
function guarded(options: Partial<GuardOptions> = {}) {
  const calls: Call[] = [];
  const world = { nowMs: 1_000_000, calls, states: [] as string[] };
  const channel = guardChannel({
    kind: "sms",
    provider: "Infobip",
    send: (message, signal) =>
      new Promise<SendResult>((resolve, reject) =>
        calls.push({ message, signal, answer: resolve, fail: reject })
      ),
  }, {
    clock: () => world.nowMs,
    failuresToOpen: 3,
    openMs: 15_000,
    onStateChange: (health: ChannelHealth) => world.states.push(health.state),
    ...options,
  });
  const send = (signal = NEVER) => channel.send(pageMessage(), signal);
  /** Sends one message and answers it. */
  const attempt = async (answer: Attempt) => {
    const sending = send();
    calls.at(-1)?.answer(answer);
    return await sending;
  };
  const fail = async (times: number) => {
    for (let i = 0; i < times; i++) await attempt(FAILED);
  };
  return Object.assign(world, { channel, send, attempt, fail });
}

Deno.test("a guarded channel passes the channel's results on", async () => {
  const world = guarded();
  const refused: Attempt = { outcome: "permanent", error: "No." };
  assert.deepEqual(await world.attempt(SENT), SENT);
  assert.deepEqual(await world.attempt(refused), refused);
  assert.equal(world.channel.kind, "sms");
  assert.equal(world.channel.provider, "Infobip");
});

Deno.test("after so many failures in a row the provider is left alone", async () => {
  const world = guarded();
  await world.fail(3);
  assert.equal(world.channel.health().state, "open");
  const refused = await world.send();
  assert.deepEqual(refused, {
    outcome: "retry",
    error: "Infobip is left alone for now: Provider failed.",
    retryAfterMs: 15_000,
    untried: true,
  });
  assert.equal(world.calls.length, 3);
});

Deno.test("a success in between starts the count anew", async () => {
  const world = guarded();
  await world.fail(2);
  await world.attempt(SENT);
  await world.fail(2);
  assert.equal(world.channel.health().state, "closed");
});

Deno.test("after the pause one message tries the provider while the others wait, and go as soon as it is through", async () => {
  const world = guarded();
  await world.fail(3);
  world.nowMs += 14_999;
  assert.equal((await world.send()).outcome, "retry");
  assert.equal(world.calls.length, 3);
  world.nowMs += 1;
  const probe = world.send();
  assert.equal(world.channel.health().state, "half-open");
  const others = Array.from({ length: 20 }, () => world.send());
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(world.calls.length, 4);
  world.calls[3]?.answer(SENT);
  assert.deepEqual(await probe, SENT);
  assert.deepEqual(world.states, ["open", "half-open", "closed"]);
  while (world.calls.length < 24) await Promise.resolve();
  for (const call of world.calls) call.answer(SENT);
  for (const other of others) assert.deepEqual(await other, SENT);
});

Deno.test("of many messages at the end of the pause exactly one tries the provider, and its failure turns the others away untried", async () => {
  const world = guarded();
  await world.fail(3);
  world.nowMs += 15_000;
  const sending = Array.from({ length: 20 }, () => world.send());
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(world.calls.length, 4);
  world.calls[3]?.answer(FAILED);
  const results = await Promise.all(sending);
  const untried = results.filter((each) =>
    each.outcome === "retry" && each.untried
  );
  assert.equal(untried.length, 19);
  assert.equal(world.calls.length, 4);
  assert.equal(world.channel.health().state, "open");
});

Deno.test("a try that hangs lets nobody else through, keeps nobody waiting long, and leaves the circuit open", async () => {
  const world = guarded({ timeLimitMs: 200, maxWaitMs: 20 });
  await world.fail(3);
  world.nowMs += 15_000;
  const probe = world.send();
  const other = await world.send();
  assert.equal(world.channel.health().state, "half-open");
  assert.deepEqual(other, {
    outcome: "retry",
    error: "Infobip is left alone for now: Provider failed.",
    retryAfterMs: 200,
    untried: true,
  });
  assert.deepEqual(await probe, unanswered("Infobip did not answer in time."));
  assert.equal(world.channel.health().state, "open");
  assert.equal(world.channel.health().inFlight, 0);
  assert.equal(world.calls.length, 4);
  world.nowMs += 15_000;
  await world.attempt(SENT);
  assert.equal(world.channel.health().state, "closed");
});

Deno.test("an open circuit stops neither another channel nor another process", async () => {
  const [mine, theirs] = [guarded(), guarded()];
  await mine.fail(3);
  assert.equal(mine.channel.health().state, "open");
  assert.deepEqual(await theirs.attempt(SENT), SENT);
  assert.equal(theirs.channel.health().state, "closed");
});

Deno.test("every answer of the provider is told, and every message that it was not asked to take", async () => {
  const attempts: string[] = [];
  const refusals: string[] = [];
  const world = guarded({
    maxInFlight: 1,
    maxWaitMs: 10,
    onAttempt: (outcome) => attempts.push(outcome),
    onRefusal: (reason) => refusals.push(reason),
  });
  const first = world.send();
  await world.send();
  world.calls[0]?.answer(SENT);
  await first;
  await world.fail(3);
  await world.send();
  assert.deepEqual(attempts, ["sent", "retry", "retry", "retry"]);
  assert.deepEqual(refusals, ["too_many", "circuit_open"]);
});

Deno.test("a failed try opens the circuit for another pause", async () => {
  const world = guarded();
  await world.fail(3);
  world.nowMs += 15_000;
  await world.attempt(FAILED);
  assert.equal(world.channel.health().state, "open");
  world.nowMs += 14_999;
  assert.equal((await world.send()).outcome, "retry");
  assert.equal(world.calls.length, 4);
});

Deno.test("a clock that is set back does not keep the circuit open", async () => {
  const world = guarded();
  await world.fail(3);
  world.nowMs -= 3_600_000;
  await world.attempt(SENT);
  assert.equal(world.channel.health().state, "closed");
});

Deno.test("what is about an address never opens the circuit", async () => {
  const world = guarded();
  for (let i = 0; i < 10; i++) {
    await world.attempt({ outcome: "permanent", error: "No such number." });
    await world.attempt({ ...retry("Greylisted."), scope: "address" });
  }
  const { state, lastError } = world.channel.health();
  assert.deepEqual([state, lastError], ["closed", null]);
});

Deno.test("refused credentials leave the circuit closed and show as the last error", async () => {
  const world = guarded();
  const error = "The provider refused our credentials (401).";
  for (let i = 0; i < 5; i++) {
    await world.attempt({ outcome: "permanent", error, scope: "provider" });
  }
  assert.deepEqual(world.channel.health(), {
    state: "closed",
    inFlight: 0,
    lastSentAtMs: null,
    lastError: { words: error, atMs: 1_000_000 },
  });
});

Deno.test("a channel that throws is a retry, counted, and what it threw is not repeated", async () => {
  const world = guarded();
  for (let i = 0; i < 3; i++) {
    const sending = world.send();
    world.calls.at(-1)?.fail(new Error("App secret-key"));
    const result = await sending;
    assert.ok(result.outcome === "retry" && !result.error.includes("secret"));
    assert.equal(result.outcomeUnknown, true);
  }
  assert.equal(world.channel.health().state, "open");
});

Deno.test("a channel that never answers is a retry when its time is up, counted, and told so", async () => {
  const world = guarded({ timeLimitMs: 20 });
  const results = await Promise.all([world.send(), world.send(), world.send()]);
  for (const result of results) {
    assert.deepEqual(result, unanswered("Infobip did not answer in time."));
  }
  assert.ok(world.calls.every((call) => call.signal.aborted));
  assert.equal(world.channel.health().state, "open");
  assert.equal(world.channel.health().inFlight, 0);
});

Deno.test("a caller that gives up gets a retry at once, and the provider is not blamed", async () => {
  const world = guarded();
  for (let i = 0; i < 5; i++) {
    const caller = new AbortController();
    const sending = world.send(caller.signal);
    caller.abort();
    assert.equal((await sending).outcome, "retry");
  }
  const { state, lastError } = world.channel.health();
  assert.deepEqual([state, lastError], ["closed", null]);
});

Deno.test("a caller whose own time is up blames the provider", async () => {
  const world = guarded();
  for (let i = 0; i < 3; i++) await world.send(AbortSignal.timeout(5));
  assert.equal(world.channel.health().state, "open");
});

Deno.test("a process that stood still until time was up does not blame the provider", async () => {
  const world = guarded({ timeLimitMs: 20 });
  const { now } = performance;
  try {
    const sending = [world.send(), world.send(), world.send()];
    performance.now = () => now.call(performance) + 30_000;
    for (const result of await Promise.all(sending)) {
      assert.ok(result.outcome === "retry" && result.outcomeUnknown);
    }
  } finally {
    performance.now = now;
  }
  const { state, lastError } = world.channel.health();
  assert.deepEqual([state, lastError], ["closed", null]);
});

Deno.test("a try that the caller gives up leaves the circuit open", async () => {
  const world = guarded();
  await world.fail(3);
  world.nowMs += 15_000;
  const caller = new AbortController();
  const probe = world.send(caller.signal);
  caller.abort();
  assert.equal((await probe).outcome, "retry");
  assert.equal(world.channel.health().state, "open");
});

Deno.test("no more messages are in flight than allowed; the next goes when one is done", async () => {
  const world = guarded({ maxInFlight: 2 });
  const sending = [world.send(), world.send(), world.send()];
  assert.equal(world.calls.length, 2);
  assert.equal(world.channel.health().inFlight, 2);
  world.calls[0]?.answer(SENT);
  await sending[0];
  // The third is started in a later turn of the event loop.
  while (world.calls.length < 3) await Promise.resolve();
  world.calls[1]?.answer(SENT);
  world.calls[2]?.answer(SENT);
  assert.deepEqual(await Promise.all(sending), [SENT, SENT, SENT]);
});

Deno.test("a message that waits too long for its turn is a retry, never reaches the provider, and blames nobody", async () => {
  const world = guarded({ maxInFlight: 1, maxWaitMs: 10, failuresToOpen: 1 });
  const first = world.send();
  const second = await world.send();
  assert.deepEqual(second, retry("Too many messages to Infobip at once."));
  world.calls[0]?.answer(SENT);
  assert.deepEqual(await first, SENT);
  assert.deepEqual(await world.attempt(SENT), SENT);
  assert.equal(world.calls.length, 2);
  assert.equal(world.channel.health().lastError, null);
});

Deno.test("messages that wait while the circuit opens are refused without another call", async () => {
  const world = guarded({ maxInFlight: 1, failuresToOpen: 1 });
  const sending = [world.send(), world.send(), world.send()];
  world.calls[0]?.answer(FAILED);
  const results = await Promise.all(sending);
  assert.deepEqual(results.map((each) => each.outcome), [
    "retry",
    "retry",
    "retry",
  ]);
  assert.equal(world.calls.length, 1);
});
