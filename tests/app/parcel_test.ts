import assert from "node:assert/strict";
import { createLinkSigner } from "../../src/app/delivery/page_message.ts";
import { type Parcel, send } from "../../src/app/delivery/parcel.ts";
import type { Channel, SendResult } from "../../src/ports/channel.ts";

/** Only what a message is made of. */
const PARCEL = [{
  notification: { id: 1, kind: "page", address: "+447700900000", bundle: null },
  incident: { id: 1, title: "Disk full", description: "" },
}] as unknown as Parcel;

function through(
  leaseMs: number,
  answer: (signal: AbortSignal) => Promise<SendResult>,
) {
  const channel: Channel = {
    kind: "sms",
    provider: "Test",
    send: (_message, signal) => answer(signal),
  };
  return send({
    kind: "sms",
    channels: new Map([["sms", channel]]),
    baseUrl: "https://pager.example.com",
    links: createLinkSigner("a secret key that only the tests know"),
    leaseMs,
  }, PARCEL);
}

Deno.test("a channel is told to give up when the time of the lease is up", async () => {
  const given = await through(
    1,
    (signal) =>
      new Promise((resolve) =>
        signal.addEventListener("abort", () =>
          resolve({
            outcome: "retry",
            error: (signal.reason as DOMException).name,
            retryAfterMs: null,
          }))
      ),
  );
  assert.equal(given.outcome === "retry" && given.error, "TimeoutError");
});

Deno.test("nothing is left of the time limit of a page that was sent", {
  // A timer that still runs fails the test; in a flood it would be the memory of every page of the last 20 s.
  sanitizeOps: true,
}, async () => {
  const sent = { outcome: "sent", providerMessageId: "1" } as const;
  assert.deepEqual(
    await through(60_000, () => Promise.resolve(sent)),
    sent,
  );
});
