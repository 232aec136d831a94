import assert from "node:assert/strict";
import { NOTIFICATION_STATES } from "../../../src/domain/delivery/notification.ts";
import { retryByHand } from "../../../src/domain/delivery/retry_by_hand.ts";
import { aNotification, NOW_MS } from "../examples.ts";

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
