/** A page that pages for nothing: shows somebody that a contact method works, all the way through the provider. */
import type { ContactMethod, UserAccount } from "../domain/people.ts";
import type { PageMessage, SendResult } from "../ports/channel.ts";
import type { Clock, NewId } from "../ports/clock.ts";
import type { Repositories } from "../ports/store.ts";
import { recordChange } from "./record_change.ts";
import { notFound, RefusedError } from "./refused_error.ts";

export interface TestPageDeps {
  store: Pick<Repositories, "responders" | "rateLimits" | "auditLog">;
  clock: Clock;
  newId: NewId;
  sendingEnabled: boolean;
  /** Without a slash at the end. */
  baseUrl: string;
  /** Sends the message at once; null where no provider is configured for the channel. */
  sendPage(
    channel: ContactMethod["channel"],
    message: PageMessage,
  ): Promise<SendResult | null>;
}

/** A message costs money and rings at night: five at once, then one a minute. */
const BUCKET = { capacity: 5, refillPerSecond: 1 / 60, cost: 1 };

/**
 * Promises what became of one attempt, with the provider's own words where it refused. Throws a refusal when sending is
 * switched off, no provider is set up, or somebody has just sent many.
 */
export async function sendTestPage(
  deps: TestPageDeps,
  { method, by }: { method: ContactMethod; by: UserAccount },
): Promise<SendResult> {
  const { store, clock, newId, baseUrl } = deps;
  const responder = await store.responders.find(method.responderId);
  if (!responder) throw notFound("responder", method.responderId);
  if (!deps.sendingEnabled) {
    throw refused(
      "Sending is switched off (NOTIFICATION_SENDING_ENABLED is false), so no test page leaves either.",
    );
  }
  const nowMs = clock();
  const key = `test_page:${by.id}`;
  const { retryAfterMs } = await store.rateLimits.take(key, BUCKET, nowMs);
  if (retryAfterMs > 0) {
    throw new RefusedError(
      "throttled",
      "too_many_test_pages",
      "That were many test pages. Wait a minute, then send another.",
      { retryAfterMs },
    );
  }
  const result = await deps.sendPage(method.channel, {
    kind: "page",
    address: method.address,
    responderId: responder.id,
    responderName: responder.name,
    idempotencyKey: newId(),
    incident: {
      id: 0,
      title: "Test page from PagerPal: this contact method works",
      description: `${by.email} has sent this test. Nothing is wrong.`,
      severity: "info",
      status: "triggered",
      teamName: "PagerPal",
      sourceName: "Settings",
      openedAtMs: nowMs,
      resolvedAtMs: null,
      alertCount: 1,
      isTest: true,
    },
    acknowledgeUrl: null,
    incidentUrl: `${baseUrl}/dashboard`,
  });
  if (!result) {
    throw refused("No provider is set up for this channel on this server.");
  }
  await recordChange(store, {
    by,
    action: "contact_method.send_test",
    objectId: method.id,
    before: null,
    after: { channel: method.channel, outcome: result.outcome },
  }, nowMs);
  return result;
}

function refused(message: string): RefusedError {
  return new RefusedError("conflict", "not_sent", message);
}
