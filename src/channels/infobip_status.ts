/**
 * What Infobip's status says, in its answer to a message and in a delivery report (Infobip, "Response status and error
 * codes"). The group decides; an id is looked at only within its group, for ids mean different things elsewhere.
 */
import { z } from "zod";

/** A status as Infobip writes it; further fields are of no interest. */
export const infobipStatus = z.object({
  groupId: z.number().int(),
  groupName: z.string().max(100).catch(""),
  id: z.number().int().catch(-1),
  name: z.string().max(100).catch(""),
  description: z.string().max(1_000).catch(""),
});
export type InfobipStatus = z.infer<typeof infobipStatus>;

/** The groups, by Infobip's number. */
export const GROUP = {
  accepted: 0,
  pending: 1,
  undeliverable: 2,
  delivered: 3,
  expired: 4,
  rejected: 5,
} as const;

/** Ids that change what their group means. */
export const STATUS = {
  deliveredToOperator: 2,
  platformError: 100,
  noReport: 29,
  systemError: 21,
  duplicateMessageId: 23,
} as const;

interface Meaning {
  words: string;
  /** Every message of this account meets it. */
  provider?: true;
}

const REJECTED: Record<number, Meaning> = {
  6: { words: "no route to the number's network" },
  8: { words: "the number lacks its country prefix" },
  10: { words: "the number is on a do-not-disturb list" },
  11: { words: "the sender is not allowed", provider: true },
  12: { words: "the account has no credit left", provider: true },
  13: { words: "the sender is not allowed", provider: true },
  14: { words: "the number is blocklisted, perhaps after a STOP reply" },
  17: { words: "the account's prepaid package has expired", provider: true },
  18: { words: "a trial account may not write to this number" },
  19: { words: "no route to the number" },
  20: { words: "too many messages to this number within the hour" },
  21: { words: "the provider's system failed", provider: true },
  25: { words: "the message is too long" },
  51: { words: "the number is missing" },
  52: { words: "the number is not valid" },
};

/** Of the errors in delivery reports, those a responder can do something about. */
const ERRORS: Record<string, string> = {
  EC_ABSENT_SUBSCRIBER: "the phone is switched off or out of reach",
  EC_UNKNOWN_SUBSCRIBER: "the number is not in use",
  EC_SUBSCRIBER_BUSY_FOR_MT_SMS: "the phone was busy",
  EC_MEMORY_CAPACITY_EXCEEDED: "the phone's memory is full",
  EC_EQUIPMENT_PROTOCOL_ERROR: "the phone refused the message",
  EC_SMS_REJECTED_BY_MOBILE_OPERATOR: "the mobile operator refused the message",
};

/** Promises why a status of the rejected group rejects: in words, and whether that is about the account. */
export function rejection(status: InfobipStatus): Meaning {
  return REJECTED[status.id] ?? { words: label(status) };
}

/** Promises a sentence's worth of words for a status that means failure, with the report's error where it says more. */
export function failureWords(
  status: InfobipStatus,
  errorName: string | null,
): string {
  const known = errorName === null ? undefined : ERRORS[errorName];
  const detail = known ?? namedError(errorName);
  switch (status.groupId) {
    case GROUP.rejected:
      return `Rejected: ${rejection(status).words}.`;
    case GROUP.expired:
      return join("Not delivered within its time", detail);
    default:
      return join("Undeliverable", detail ?? label(status));
  }
}

function namedError(name: string | null): string | null {
  return name === null || name === "NO_ERROR" || !IDENTIFIER.test(name)
    ? null
    : name;
}

const IDENTIFIER = /^[A-Z0-9_]{1,80}$/;

function label(status: InfobipStatus): string {
  return IDENTIFIER.test(status.name) ? status.name : `status ${status.id}`;
}

function join(what: string, why: string | null): string {
  return why === null ? `${what}.` : `${what}: ${why}.`;
}
