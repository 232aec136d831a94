/** "Page me now": what a critical alert would do to oneself, without the alert and without the waiting. */
import { ladder } from "../../domain/responders/contact_rules.ts";
import type {
  ContactMethod,
  UserAccount,
} from "../../domain/responders/people.ts";
import type { SendResult } from "../../ports/channel.ts";
import { recordChange } from "../record_change.ts";
import { notFound, RefusedError } from "../refused_error.ts";
import { demandSending, NO_PROVIDER, throttle } from "./send_now.ts";
import type { TestPageDeps } from "./send_test_page.ts";
import { testPageMessage } from "./test_page_message.ts";

/** Each rings every device: two, then one in two minutes. */
const BUCKET = { capacity: 2, refillPerSecond: 1 / 120 };

/** One contact method of the ladder, when it would be used, and what became of the page that was sent at once. */
export interface PagedNow {
  method: ContactMethod;
  /** After so long each, milliseconds; several where it rings again. */
  afterMs: number[];
  result: SendResult;
}

/**
 * Promises a page by every contact method of the ladder for high urgency, once each and all at once, and what became of
 * each. Throws a refusal when sending is switched off, nothing is there to page by, or this was done just now.
 */
export async function pageMe(
  deps: TestPageDeps,
  by: UserAccount,
): Promise<PagedNow[]> {
  const { store, clock } = deps;
  const responder = await store.responders.find(by.responderId);
  const [reachable] = await store.responders.reachable([by.responderId]);
  if (!responder || !reachable) throw notFound("responder", by.responderId);
  demandSending(deps, "no test page");
  const rungs = ladder(reachable, "high");
  if (rungs.length === 0) throw nothingToPage();
  const nowMs = clock();
  await throttle(store.rateLimits, {
    key: `page_me:${by.id}`,
    bucket: BUCKET,
    code: "too_many_test_pages",
    message: "You have paged yourself just now. Wait two minutes.",
  }, nowMs);
  const paged = await Promise.all(rungs.map(async (rung) => {
    const { method } = rung;
    const message = testPageMessage({
      responder,
      method,
      title:
        "You have paged yourself: this is how a critical alert reaches you",
      description: "Nothing is wrong.",
      severity: "critical",
      idempotencyKey: deps.newId(),
      url: `${deps.baseUrl}/account`,
      nowMs,
    });
    const result = await deps.sendMessage(method.channel, message);
    return { ...rung, result: result ?? notConfigured() };
  }));
  await recordChange(store, {
    by,
    action: "responder.page_me",
    objectId: responder.id,
    before: null,
    after: {
      pages: paged.map(({ method, result }) => ({
        contact_method_id: method.id,
        outcome: result.outcome,
      })),
    },
  }, nowMs);
  return paged;
}

function notConfigured(): SendResult {
  return { outcome: "permanent", error: NO_PROVIDER };
}

function nothingToPage(): RefusedError {
  return new RefusedError(
    "conflict",
    "not_reachable",
    "You have no contact method that is switched on, so no alert reaches you either. Add one.",
  );
}
