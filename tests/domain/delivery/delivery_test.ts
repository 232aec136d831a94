import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  applyReceipt,
  type AttemptResult,
  backoffMs,
  RETRY_LIMITS,
  retryByHand,
  settle,
  type Settlement,
  settleTogether,
  unlessUnwanted,
} from "../../../src/domain/delivery/delivery.ts";
import { NOTIFICATION_STATES } from "../../../src/domain/delivery/notification.ts";
import { aNotification, MINUTE_MS, NOW_MS } from "../examples.ts";

const middle = () => 0.5;
const retry: AttemptResult = {
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
  const untried: AttemptResult = {
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

const unanswered: AttemptResult = { ...retry, outcomeUnknown: true };
const sent: AttemptResult = { outcome: "sent", providerMessageId: "abc" };

/** What the attempts leave behind: sent twice, there though nobody knows, and the reason why the last one repeats. */
function marksAfter(results: AttemptResult[], crashed = false) {
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
  const refused: AttemptResult = { outcome: "permanent", error: "no" };
  assert.deepEqual(marksAfter([unanswered, refused]), [false, true, null]);
  const untried: AttemptResult = { ...retry, untried: true };
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

Deno.test("a receipt answers for an attempt without an answer, and tells of one on its way that it may be the second", () => {
  const after = (
    state: "queued" | "sending" | "sent",
    receipt: "delivered" | "failed",
    outcomeUnknown = true,
  ) => {
    const row = aNotification({ state, outcomeUnknown });
    const error = receipt === "failed" ? "expired" : "";
    const settled = applyReceipt(row, { state: receipt, error }, NOW_MS);
    const now = settled?.notification;
    return settled && [now?.state, now?.maybeSentTwice, settled.repeats];
  };
  assert.deepEqual(after("queued", "delivered"), ["delivered", false, null]);
  assert.deepEqual(after("queued", "failed"), ["failed", false, null]);
  assert.equal(after("queued", "delivered", false), null);
  const twice = [true, "lost answer"];
  assert.deepEqual(after("sending", "delivered"), ["delivered", ...twice]);
  assert.deepEqual(after("sending", "failed"), ["failed", ...twice]);
  const once = ["delivered", false, null];
  assert.deepEqual(after("sending", "delivered", false), once);
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

Deno.test("property: the backoff is whole, within its ceiling, and grows no further than the cap", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, random) => {
        const ms = backoffMs(attempt, () => random);
        assert.ok(Number.isInteger(ms) && ms >= 0);
        assert.ok(ms <= RETRY_LIMITS.capMs);
        assert.ok(ms <= RETRY_LIMITS.baseMs * 2 ** (attempt - 1));
      },
    ),
  );
});

Deno.test("a delivery is believed after sending and even after a failure; a failure never takes it back", () => {
  const delivered = { state: "delivered", error: "" } as const;
  const failed = { state: "failed", error: "expired" } as const;
  const after = (
    state: "sent" | "sending" | "failed" | "delivered" | "cancelled",
    receipt: typeof delivered | typeof failed,
  ) =>
    applyReceipt(aNotification({ state }), receipt, NOW_MS)?.notification
      .state ?? null;
  assert.equal(after("sent", delivered), "delivered");
  assert.equal(after("sending", delivered), "delivered");
  assert.equal(after("failed", delivered), "delivered");
  assert.equal(after("sent", failed), "failed");
  assert.equal(after("delivered", failed), null);
  assert.equal(after("delivered", delivered), null);
  assert.equal(after("cancelled", delivered), null);
});

Deno.test("an undeliverable receipt moves on, an intermediate one changes nothing", () => {
  const failed = applyReceipt(aNotification({ state: "sent" }), {
    state: "failed",
    error: "x",
  }, NOW_MS);
  assert.equal(failed?.moveOn, true);
  assert.equal(
    applyReceipt(aNotification({ state: "sent" }), {
      state: "accepted",
      error: "",
    }, NOW_MS),
    null,
  );
});

Deno.test("property: receipts in any order never move a notification out of delivered", () => {
  const receipt = fc.record({
    state: fc.constantFrom("accepted", "delivered", "failed"),
    error: fc.string(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...NOTIFICATION_STATES),
      fc.array(receipt, { maxLength: 20 }),
      (state, receipts) => {
        let row = aNotification({ state });
        let seenDelivered = false;
        for (const one of receipts) {
          row = applyReceipt(row, one, NOW_MS)?.notification ?? row;
          seenDelivered ||= row.state === "delivered";
          if (seenDelivered) assert.equal(row.state, "delivered");
        }
      },
    ),
  );
});

Deno.test("what would wait for another attempt is cancelled where nobody wants it any more, and whatever is over stays so", () => {
  const after = (
    kind: "page" | "resolution",
    result: AttemptResult,
    status: "triggered" | "acknowledged" | "resolved",
  ) => {
    const context = { nowMs: NOW_MS, random: middle };
    const settled = settle(aNotification({ kind }), result, context);
    const { notification, isNews } = unlessUnwanted(settled, status);
    return [notification.state, notification.error, isNews];
  };
  const waits = ["queued", "busy", true];
  const cancelled = ["cancelled", "busy", false];
  assert.deepEqual(after("page", retry, "triggered"), waits);
  assert.deepEqual(after("page", retry, "acknowledged"), cancelled);
  assert.deepEqual(after("page", retry, "resolved"), cancelled);
  assert.deepEqual(after("resolution", retry, "resolved"), waits);
  assert.deepEqual(after("resolution", retry, "triggered"), cancelled);
  const sent = { outcome: "sent", providerMessageId: null } as const;
  assert.deepEqual(after("page", sent, "resolved"), ["sent", null, true]);
  const dead = { outcome: "permanent", error: "no such number" } as const;
  assert.deepEqual(
    after("page", dead, "resolved"),
    ["failed", "no such number", true],
  );
});

Deno.test("only what failed, was cancelled or suppressed can be sent again by hand, with a new idempotency key", () => {
  const options = { nowMs: NOW_MS, idempotencyKey: "fresh" };
  for (const state of NOTIFICATION_STATES) {
    const result = retryByHand(
      aNotification({ state, attempt: 6 }),
      "triggered",
      options,
    );
    assert.equal(
      result.ok,
      ["failed", "cancelled", "suppressed"].includes(state),
      state,
    );
    if (!result.ok) continue;
    assert.equal(result.notification.idempotencyKey, "fresh");
    assert.equal(result.notification.attempt, 0);
  }
  const owned = retryByHand(
    aNotification({ state: "failed" }),
    "acknowledged",
    options,
  );
  assert.ok(!owned.ok && owned.code === "incident_not_paging");
});
