/**
 * One request to Infobip and what its answer means for the message. Infobip knows no idempotency key; the message id that
 * we choose does the work: sent again after an unknown outcome it comes back as a duplicate, which is a success.
 */
import { z } from "zod";
import type { OutgoingMessage } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import {
  type Attempt,
  LONGEST_WAIT_MS,
  misconfigured,
  permanent,
  providerWords,
  retry,
  unanswered,
  unreached,
} from "./attempt.ts";
import { connectionFailure } from "./connection_failure.ts";
import { readBounded } from "./read_bounded.ts";
import {
  GROUP,
  type InfobipStatus,
  infobipStatus,
  rejection,
  STATUS,
} from "./infobip_status.ts";

export interface InfobipAccount {
  /** `https://<prefix>.api.infobip.com`, of this account. */
  baseUrl: string;
  apiKey: string;
  /** Where delivery reports go, with its token; null where nobody could call us. */
  receiptUrl: string | null;
}

export interface InfobipDeps {
  fetch: typeof fetch;
  clock: Clock;
}

export interface InfobipRequest {
  path: string;
  body: unknown;
  /** Ours, chosen for this message. */
  messageId: string;
  /** What the message holds that no error may repeat; null for nothing. */
  secret: string | null;
}

/** Promises the attempt's result. Never throws, and gives up with `retry` when the signal aborts. */
export async function postToInfobip(
  account: InfobipAccount,
  request: InfobipRequest,
  deps: InfobipDeps & { signal: AbortSignal },
): Promise<Attempt> {
  const { receiptUrl, apiKey } = account;
  const secrets = [apiKey, receiptUrl ?? "", request.secret ?? ""];
  try {
    const response = await deps.fetch(address(account, request), {
      method: "POST",
      headers: {
        "Authorization": `App ${account.apiKey}`,
        "Content-Type": "application/json",
        // Several endpoints answer in XML without it, errors too.
        "Accept": "application/json",
      },
      body: JSON.stringify(request.body),
      // The key goes nowhere but to the account's own host.
      redirect: "manual",
      signal: deps.signal,
    });
    const text = await readBounded(response);
    if (response.ok) return accepted(text, request.messageId);
    return refused(response, infobipWords(text, secrets), deps);
  } catch (error) {
    return disconnected(error, deps.signal);
  }
}

function address(account: InfobipAccount, request: InfobipRequest): string {
  return account.baseUrl.replace(/\/+$/, "") + request.path;
}

/** Promises the address of our receipt endpoint for one account, or null where either part is not configured. */
export function receiptUrl(
  publicBaseUrl: string | null,
  token: string | null,
): string | null {
  if (publicBaseUrl === null || token === null) return null;
  const base = publicBaseUrl.replace(/\/+$/, "");
  // A report to a per-message URL carries no header of ours and no signature, so the token travels in the path.
  return `${base}/api/v1/notifications/infobip/receipts/${
    encodeURIComponent(token)
  }`;
}

/** Promises what a message holds that no error may repeat. */
export function secretIn(message: OutgoingMessage): string | null {
  return message.kind === "verification" ? message.code : null;
}

/** Promises the number as Infobip writes it, digits alone, or null for what is not E.164 with its `+`. */
export function infobipNumber(address: string): string | null {
  return /^\+[1-9][0-9]{6,14}$/.test(address) ? address.slice(1) : null;
}

const messageAnswer = z.object({
  messageId: z.string().min(1).max(200).optional().catch(undefined),
  status: infobipStatus,
});
// SMS and WhatsApp templates answer with a list, a WhatsApp text with the one message itself.
const answer = z.union([
  z.object({ messages: z.array(messageAnswer).min(1).max(100) }),
  messageAnswer.transform((message) => ({ messages: [message] })),
]);

function accepted(text: string, messageId: string): Attempt {
  const read = answer.safeParse(parseJson(text));
  const messages = read.success ? read.data.messages : [];
  const message = messages.find((each) => each.messageId === messageId) ??
    (messages.length === 1 ? messages[0] : undefined);
  if (message === undefined) {
    return unanswered(
      "Infobip's answer could not be read; whether it has the message is unknown.",
    );
  }
  return classify(message.status, message.messageId ?? messageId);
}

function classify(status: InfobipStatus, providerMessageId: string): Attempt {
  const { groupId, id } = status;
  const rejected = groupId === GROUP.rejected;
  const duplicate = rejected && id === STATUS.duplicateMessageId;
  const systemFailed = rejected && id === STATUS.systemError ||
    groupId === GROUP.undeliverable && id === STATUS.platformError;
  if (systemFailed) return retry("Infobip's system failed.");
  if (rejected && !duplicate) {
    const { words, provider } = rejection(status);
    const error = `Infobip rejected the message: ${words}.`;
    return provider ? misconfigured(error) : permanent(error);
  }
  const failed = groupId === GROUP.undeliverable ||
    groupId === GROUP.expired && id !== STATUS.noReport;
  // A group that nobody has described yet is a message that was taken and not confirmed.
  return failed
    ? permanent(`Infobip cannot deliver the message: ${status.name}.`)
    : { outcome: "sent", providerMessageId };
}

/** Promises what an answer that is no success means, with Infobip's own words in it. */
export function refused(
  response: Response,
  words: string,
  deps: Pick<InfobipDeps, "clock">,
): Attempt {
  const { status } = response;
  const said = words === "" ? "" : `: ${words}`;
  const waitMs = retryAfterMs(
    response.headers.get("Retry-After"),
    deps.clock(),
  );
  if (status === 429) return retry("Infobip asks for fewer messages.", waitMs);
  if (status === 401 || status === 403) {
    return misconfigured(
      `The provider refused our credentials (${status}${said}).`,
    );
  }
  if (status === 400 || status === 422) {
    return permanent(`Infobip refused the message (${status}${said}).`);
  }
  if (status === 503 || status === 408 || status === 425) {
    return retry(`Infobip failed (${status}${said}).`, waitMs);
  }
  // Such an error does not say how far the request got.
  if (status >= 500) {
    return unanswered(`Infobip failed (${status}${said}).`, waitMs);
  }
  return misconfigured(
    `Infobip answered ${status}${said}; check INFOBIP_BASE_URL.`,
  );
}

/** Promises milliseconds of a Retry-After (RFC 9110, section 10.2.3: seconds or a date), 0 to 15 minutes, or null. */
export function retryAfterMs(
  value: string | null,
  nowMs: number,
): number | null {
  const text = value?.trim() ?? "";
  if (text === "") return null;
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1000
    : Date.parse(text) - nowMs;
  if (Number.isNaN(ms)) return null;
  return Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}

// Two shapes: that of v3, and the older one of WhatsApp. Both are looked at on every path, as some errors come from a
// gateway in front of all of them.
const errorBody = z.object({
  description: z.string().catch(""),
  violations: z.array(
    z.object({ property: z.string(), violation: z.string() }),
  ).catch([]),
  requestError: z.object({
    serviceException: z.object({
      text: z.string().catch(""),
      validationErrors: z.record(z.string(), z.array(z.string())).catch({}),
    }),
  }).optional().catch(undefined),
});

/** Promises what the body of an answer says, without the secrets; empty where it says nothing. */
export function infobipWords(text: string, secrets: string[]): string {
  return providerWords(sentence(text), secrets);
}

function sentence(text: string): string {
  const read = errorBody.safeParse(parseJson(text));
  if (!read.success) return "";
  const { description, violations, requestError } = read.data;
  const old = requestError?.serviceException;
  const details = [
    ...violations.map((each) => `${each.property}: ${each.violation}`),
    ...Object.entries(old?.validationErrors ?? {}).map(([field, errors]) =>
      `${field}: ${errors.join(", ")}`
    ),
  ];
  return [old?.text ?? description, ...details].filter((each) => each !== "")
    .join("; ");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Promises what it means that there was no answer, in words without the address. */
export function disconnected(error: unknown, signal: AbortSignal): Attempt {
  if (signal.aborted) return unanswered("Infobip did not answer in time.");
  const { reason, wasConnecting } = connectionFailure(error);
  const words = `Infobip cannot be reached${reason && `: ${reason}`}.`;
  return wasConnecting ? unreached(words) : unanswered(words);
}
