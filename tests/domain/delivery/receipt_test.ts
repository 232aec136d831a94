import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { NOTIFICATION_STATES } from "../../../src/domain/delivery/notification.ts";
import { applyReceipt } from "../../../src/domain/delivery/receipt.ts";
import { aNotification, NOW_MS } from "../examples.ts";

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
