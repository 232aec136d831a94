import assert from "node:assert/strict";
import type { SendResult } from "../../../src/domain/delivery/attempt.ts";
import { settle } from "../../../src/domain/delivery/settlement.ts";
import { unlessUnwanted } from "../../../src/domain/delivery/wanted.ts";
import { aNotification, NOW_MS } from "../examples.ts";

const retry: SendResult = {
  outcome: "retry",
  error: "busy",
  retryAfterMs: null,
};

Deno.test("what would wait for another attempt is cancelled where nobody wants it any more, and whatever is over stays so", () => {
  const after = (
    kind: "page" | "resolution",
    result: SendResult,
    status: "triggered" | "acknowledged" | "resolved",
  ) => {
    const context = { nowMs: NOW_MS, random: () => 0.5 };
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
