import assert from "node:assert/strict";
import type { SendResult } from "../../../src/domain/delivery/attempt.ts";
import {
  settle,
  type Settlement,
  settleTogether,
} from "../../../src/domain/delivery/settlement.ts";
import { aNotification, MINUTE_MS, NOW_MS } from "../examples.ts";

const middle = () => 0.5;
const retry: SendResult = {
  outcome: "retry",
  error: "busy",
  retryAfterMs: null,
};

Deno.test("a page that the provider took is sent, and keeps the provider's id", () => {
  const { notification, moveOn } = settle(
    aNotification(),
    { outcome: "sent", providerMessageId: "abc" },
    { nowMs: NOW_MS, random: middle },
  );
  assert.equal(notification.state, "sent");
  assert.equal(notification.providerMessageId, "abc");
  assert.equal(notification.leaseOwner, null);
  assert.equal(moveOn, false);
});

Deno.test("a permanent failure moves on at once", () => {
  const { notification, moveOn } = settle(
    aNotification(),
    { outcome: "permanent", error: "no such number" },
    { nowMs: NOW_MS, random: middle },
  );
  assert.equal(notification.state, "failed");
  assert.equal(notification.error, "no such number");
  assert.equal(moveOn, true);
});

Deno.test("the sixth attempt is the last", () => {
  for (let attempt = 1; attempt <= 6; attempt++) {
    const { notification }: Settlement = settle(
      aNotification({ attempt }),
      retry,
      { nowMs: NOW_MS, random: () => 0 },
    );
    assert.equal(notification.state, attempt < 6 ? "queued" : "failed");
  }
});

Deno.test("what was never put to the provider is no attempt, and is told once", () => {
  const untried: SendResult = {
    outcome: "retry",
    error: "left alone",
    retryAfterMs: 15_000,
    untried: true,
  };
  const context = { nowMs: NOW_MS, random: middle };
  const first = settle(aNotification({ attempt: 6 }), untried, context);
  assert.equal(first.notification.state, "queued");
  assert.equal(first.notification.attempt, 5);
  assert.equal(first.isNews, true);
  const again = settle(first.notification, untried, context);
  assert.equal(again.isNews, false);
  const bundle = [
    aNotification({ attempt: 2 }),
    aNotification({ id: 8, attempt: 2 }),
  ];
  const together = settleTogether(bundle, untried, context);
  assert.deepEqual(together.map((each) => each.notification.attempt), [1, 1]);
  const late = { ...context, nowMs: NOW_MS + 15 * MINUTE_MS };
  assert.equal(settle(aNotification(), untried, late).moveOn, true);
});

const unanswered: SendResult = { ...retry, outcomeUnknown: true };
const sent: SendResult = { outcome: "sent", providerMessageId: "abc" };

/** What the attempts leave behind: sent twice, there though nobody knows, and the reason why the last one repeats. */
function marksAfter(results: SendResult[], crashed = false) {
  let row = aNotification({ maybeSentTwice: crashed });
  let repeats: Settlement["repeats"] = null;
  for (const result of results) {
    const settled = settle(row, result, { nowMs: NOW_MS, random: () => 0 });
    const [together] = settleTogether([row], result, {
      nowMs: NOW_MS,
      random: () => 0,
    });
    assert.deepEqual(together, settled);
    row = settled.notification;
    repeats = settled.repeats;
  }
  return [row.maybeSentTwice, row.outcomeUnknown, repeats];
}

Deno.test("an attempt without an answer leaves the outcome unknown until the provider has the message", () => {
  assert.deepEqual(marksAfter([retry]), [false, false, null]);
  assert.deepEqual(marksAfter([unanswered]), [false, true, null]);
  assert.deepEqual(marksAfter([unanswered, retry]), [false, true, null]);
  const refused: SendResult = { outcome: "permanent", error: "no" };
  assert.deepEqual(marksAfter([unanswered, refused]), [false, true, null]);
  const untried: SendResult = { ...retry, untried: true };
  assert.deepEqual(marksAfter([unanswered, untried]), [false, true, null]);
});

Deno.test("what may have arrived after an attempt without an answer may have been sent twice", () => {
  const lost = "lost answer";
  assert.deepEqual(marksAfter([unanswered, sent]), [true, false, lost]);
  assert.deepEqual(marksAfter([unanswered, unanswered]), [true, true, lost]);
  assert.deepEqual(marksAfter([unanswered, retry, sent]), [true, false, lost]);
  assert.deepEqual(marksAfter([retry, sent]), [false, false, null]);
});

Deno.test("what was taken over from a process that died repeats only when it may have arrived", () => {
  assert.deepEqual(marksAfter([sent], true), [true, false, "crash"]);
  assert.deepEqual(marksAfter([retry], true), [true, false, null]);
});

Deno.test("no retry is planned later than 15 minutes after the first attempt was due", () => {
  const late = { nowMs: NOW_MS + 14 * MINUTE_MS, random: () => 0 };
  const asked = (retryAfterMs: number) =>
    settle(aNotification(), { ...retry, retryAfterMs }, late).notification
      .state;
  assert.equal(asked(MINUTE_MS), "queued");
  assert.equal(asked(MINUTE_MS + 1), "failed");
});

Deno.test("the provider's own wish is honoured", () => {
  const { notification } = settle(aNotification(), {
    ...retry,
    retryAfterMs: 7_000,
  }, {
    nowMs: NOW_MS,
    random: middle,
  });
  assert.equal(notification.dueAtMs, NOW_MS + 7_000);
});
