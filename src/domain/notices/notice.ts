/** A message to a person that is not about an incident and asks for no answer. Its row is an outbox of its own. */
import type { Outgoing } from "../delivery/notification.ts";
import type {
  ChannelKind,
  ContactMethod,
  ReachableResponder,
} from "../responders/people.ts";

/** What a notice is about, so that it can be looked at once more when it is about to leave. */
export type NoticeAbout =
  /** At this instant the responder goes on call, or off. */
  | { kind: "handoff"; scheduleId: number; atMs: number; edge: HandoffEdge }
  /** Such a handoff, which the responder was told of, does not happen after all. */
  | {
    kind: "handoff_withdrawn";
    scheduleId: number;
    atMs: number;
    edge: HandoffEdge;
  }
  /** Somebody asks for cover: to be answered, so of no use once it is. */
  | { kind: "cover_asked"; coverRequestId: number }
  /** What became of such a request. */
  | { kind: "cover_answered"; coverRequestId: number }
  /** What the readiness check has found. */
  | { kind: "readiness" };

export type NoticeKind = NoticeAbout["kind"];

/** Whether the person's shift begins or ends. */
export type HandoffEdge = "start" | "end";

/** What a notice says and until when it is worth saying; whom it reaches where is added when it is written. */
export interface NoticeDraft {
  /** The same words for the same event: of two notices with one key, the second is not written. */
  dedupKey: string;
  about: NoticeAbout;
  responderId: number;
  /** One line without controls; the subject of a mail. */
  subject: string;
  /** A few sentences without controls. */
  text: string;
  /** Where to read on, absolute; null for nowhere. */
  link: string | null;
  dueAtMs: number;
  /** From this instant on it is cancelled instead of sent. */
  expiresAtMs: number;
}

export interface NewNotice extends NoticeDraft {
  /** null where the address is no contact method's. */
  contactMethodId: number | null;
  channel: ChannelKind;
  address: string;
  state: "queued" | "suppressed";
  /** The same at every attempt, so that a provider can tell a repetition. */
  idempotencyKey: string;
  createdAtMs: number;
}

/** A notice of a handoff. */
export type HandoffNotice = Notice & {
  about: Extract<NoticeAbout, { kind: "handoff" }>;
};

export interface Notice extends Omit<NewNotice, "state">, Outgoing {
  id: number;
}

/**
 * Promises the one contact method that a notice goes to: the first of the responder's rules for what is not urgent, else
 * the first mail address, else the first of all; null when none is switched on. A notice is not worth ringing twice.
 */
export function noticeContact(
  { contactMethods, contactRules }: Pick<
    ReachableResponder,
    "contactMethods" | "contactRules"
  >,
): ContactMethod | null {
  const enabled = contactMethods.filter((method) => method.enabled);
  const byRule = contactRules
    .filter((rule) => rule.urgency === "low")
    .sort((a, b) => a.delayMinutes - b.delayMinutes || a.id - b.id)
    .flatMap((rule) =>
      enabled.find((method) => method.id === rule.contactMethodId) ?? []
    );
  const mail = enabled.find((method) => method.channel === "email");
  return byRule[0] ?? mail ?? enabled[0] ?? null;
}
