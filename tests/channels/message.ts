/** A page as the deliverer hands it to a channel. */
import { bundleOf } from "../../src/domain/delivery/bundle_text.ts";
import type {
  NoticeMessage,
  PageMessage,
  VerificationMessage,
} from "../../src/ports/channel.ts";

type Changes = Partial<Omit<PageMessage, "incident">> & {
  incident?: Partial<PageMessage["incident"]>;
};

/** Promises a page for incident 1842 to Maya, with the given changes. */
export function pageMessage(changes: Changes = {}): PageMessage {
  const { incident, ...rest } = changes;
  return {
    kind: "page",
    address: "+447700900123",
    responderName: "Maya Okafor",
    idempotencyKey: "3f0d9c1e-6f57-4f2e-9a57-1f3f2b6d7c10",
    responderId: 7,
    acknowledgeUrl: "https://pager.example.com/a/Jw3kT9-x_QmZ1vB7yR4sLg",
    incidentUrl: "https://pager.example.com/incidents/1842",
    ...rest,
    incident: {
      id: 1842,
      title: "Checkout API: error rate above 20 %",
      description: "5xx rate is 23 % over 5 minutes.",
      severity: "critical",
      status: "triggered",
      teamName: "Payments",
      sourceName: "Grafana production",
      openedAtMs: Date.UTC(2026, 2, 2, 7, 14, 23),
      resolvedAtMs: null,
      alertCount: 1,
      isTest: false,
      ...incident,
    },
  };
}

/** Promises the message that the same incident is over, after 27 minutes. */
export function resolutionMessage(changes: Changes = {}): PageMessage {
  return pageMessage({
    kind: "resolution",
    acknowledgeUrl: null,
    ...changes,
    incident: {
      status: "resolved",
      resolvedAtMs: Date.UTC(2026, 2, 2, 7, 41, 30),
      ...changes.incident,
    },
  });
}

/** Promises the message with a code to Maya. */
export function codeMessage(
  changes: Partial<VerificationMessage> = {},
): VerificationMessage {
  return {
    kind: "verification",
    address: "+447700900123",
    responderName: "Maya Okafor",
    idempotencyKey: "7c1d9f0e-1b57-4f2e-9a57-1f3f2b6d7c22",
    code: "204681",
    validMinutes: 15,
    ...changes,
  };
}

/** Promises one message to Maya about three incidents, of which 1842 is the worst. */
export function bundleMessage(
  changes: Partial<PageMessage> = {},
): PageMessage {
  const message = pageMessage();
  const { incident } = message;
  return {
    ...message,
    incidentUrl: "https://pager.example.com/incidents",
    bundle: bundleOf([
      incident,
      { ...incident, id: 1843, severity: "error", title: "Disk full" },
      { ...incident, id: 1844, severity: "info", title: "Backup is late" },
    ]),
    ...changes,
  };
}

/** Promises a notice to Maya that her shift begins. */
export function noticeMessage(
  changes: Partial<NoticeMessage> = {},
): NoticeMessage {
  return {
    kind: "notice",
    address: "+447700900123",
    responderName: "Maya Okafor",
    idempotencyKey: "c2a1f0d4-1b57-4f2e-9a57-1f3f2b6d7c33",
    subject: "Your shift begins at 09:00",
    text: "Your shift on Payments primary begins Mon 2 Mar 09:00.",
    link: "https://pager.example.com/schedules/1",
    ...changes,
  };
}
