/** A page that pages for nothing: shows somebody that a contact method works, all the way through the provider. */
import type {
  ContactMethod,
  UserAccount,
} from "../../domain/responders/people.ts";
import type { SendResult } from "../../ports/channel.ts";
import type { Repositories } from "../../ports/store.ts";
import { recordChange } from "../record_change.ts";
import { notFound } from "../refused_error.ts";
import {
  demandSending,
  NO_PROVIDER,
  notSent,
  type SendNowDeps,
  throttle,
} from "./send_now.ts";
import { testPageMessage } from "./test_page_message.ts";

export interface TestPageDeps extends SendNowDeps {
  store: Pick<Repositories, "responders" | "rateLimits" | "auditLog">;
  /** Without a slash at the end. */
  baseUrl: string;
}

/** A message costs money and rings at night: five at once, then one a minute. */
const BUCKET = { capacity: 5, refillPerSecond: 1 / 60 };

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
  demandSending(deps, "no test page");
  const nowMs = clock();
  await throttle(store.rateLimits, {
    key: `test_page:${by.id}`,
    bucket: BUCKET,
    code: "too_many_test_pages",
    message: "That were many test pages. Wait a minute, then send another.",
  }, nowMs);
  const message = testPageMessage({
    responder,
    method,
    title: "Test page from PagerPal: this contact method works",
    description: `${by.email} has sent this test. Nothing is wrong.`,
    severity: "info",
    idempotencyKey: newId(),
    url: `${baseUrl}/dashboard`,
    nowMs,
  });
  const result = await deps.sendMessage(method.channel, message);
  if (!result) throw notSent(NO_PROVIDER);
  await recordChange(store, {
    by,
    action: "contact_method.send_test",
    objectId: method.id,
    before: null,
    after: { channel: method.channel, outcome: result.outcome },
  }, nowMs);
  return result;
}
