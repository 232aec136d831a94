/** The message of a page that pages for nothing. */
import type { Severity } from "../../domain/intake/alert.ts";
import type {
  ContactMethod,
  Responder,
} from "../../domain/responders/people.ts";
import type { PageMessage } from "../../ports/channel.ts";

export interface TestPage {
  responder: Responder;
  method: ContactMethod;
  title: string;
  description: string;
  severity: Severity;
  idempotencyKey: string;
  /** Where its link goes. */
  url: string;
  nowMs: number;
}

/** Promises a page for no incident: marked as a test, with nothing to acknowledge. */
export function testPageMessage(page: TestPage): PageMessage {
  const { responder, method } = page;
  return {
    kind: "page",
    address: method.address,
    responderId: responder.id,
    responderName: responder.name,
    idempotencyKey: page.idempotencyKey,
    incident: {
      id: null,
      title: page.title,
      description: page.description,
      severity: page.severity,
      status: "triggered",
      teamName: "PagerPal",
      sourceName: "Settings",
      openedAtMs: page.nowMs,
      resolvedAtMs: null,
      alertCount: 1,
      isTest: true,
    },
    acknowledgeUrl: null,
    incidentUrl: page.url,
  };
}
