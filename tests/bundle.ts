/** A message about several incidents that has gone out, without waiting for a window. */
import assert from "node:assert/strict";
import { createLinkSigner } from "../src/app/delivery/page_message.ts";
import { readConfig } from "../src/config.ts";
import type { Store } from "../src/ports/store.ts";

const { secretKey } = readConfig({ ENVIRONMENT: "test" }, () => "");

/** Signs as a PagerPal in a test does. */
export const LINKS = createLinkSigner(secretKey);

/** Promises the path behind the link in one message to the responder about all of these incidents, which wait for an answer. */
export async function sendBundle(
  store: Store,
  { responderId, incidentIds, nowMs }: {
    responderId: number;
    incidentIds: number[];
    nowMs: number;
  },
): Promise<string> {
  const [method] = await store.responders.contactMethods(responderId);
  assert.ok(method);
  const address = `${crypto.randomUUID()}@example.com`;
  await store.notifications.insert(incidentIds.map((incidentId) => ({
    incidentId,
    responderId,
    contactMethodId: method.id,
    channel: "email",
    address,
    kind: "page",
    step: 0,
    round: 0,
    state: "queued",
    dueAtMs: nowMs,
    idempotencyKey: crypto.randomUUID(),
    createdAtMs: nowMs,
  })));
  const claimed = await store.notifications.claim({
    channel: "email",
    owner: "sender",
    nowMs,
    leaseUntilMs: nowMs + 60_000,
    limit: 1,
    firstAttemptsOnly: false,
    bundlingMs: 10_000,
  });
  assert.equal(claimed.length, incidentIds.length);
  const bundle = claimed[0]?.notification.bundle;
  assert.ok(bundle);
  await store.notifications.settleTogether(
    claimed.map(({ notification }) => notification.id),
    {
      state: "sent",
      error: null,
      sentAtMs: nowMs,
      deliveredAtMs: null,
      updatedAtMs: nowMs,
    },
    { state: "sending", attempt: 1 },
  );
  return `/a/${LINKS.signBundle(bundle.id)}`;
}
