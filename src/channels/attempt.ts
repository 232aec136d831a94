/** One attempt's result as this room sees it: what the house gets, and whom a failure is about. */
import type { SendResult } from "../ports/channel.ts";
import { cleanLine } from "../domain/text.ts";

/**
 * `scope` says whom a failure is about. Without it a `retry` is about the channel at its provider and a `permanent` about
 * the message or its address; `host` is about all that the provider does for us, as when it cannot be reached, and
 * `ourselves` about this process.
 */
export type Attempt = SendResult & {
  scope?: "provider" | "host" | "address" | "ourselves";
};

/** A provider's own wish to wait is honoured up to here: paging gives up after 15 minutes anyway. */
export const LONGEST_WAIT_MS = 15 * 60_000;

/** Promises a `retry` in the given words. */
export function retry(error: string, retryAfterMs: number | null = null) {
  return { outcome: "retry", error, retryAfterMs } as const;
}

/** Promises a `retry` of a message that the provider may have taken: whether it has is not known. */
export function unanswered(error: string, retryAfterMs: number | null = null) {
  return { ...retry(error, retryAfterMs), outcomeUnknown: true } as const;
}

/** Promises a `retry` of a message that could not leave, as the provider's host was not reached. */
export function unreached(error: string) {
  return { ...retry(error), scope: "host" } as const;
}

/** Promises a `retry` of a message that the provider was not asked to take. */
export function untried(error: string, retryAfterMs: number) {
  return { outcome: "retry", error, retryAfterMs, untried: true } as const;
}

/** Promises a `permanent` that is about this message or its address. */
export function permanent(error: string) {
  return { outcome: "permanent", error } as const;
}

/** Promises a `permanent` that every message to this provider will meet, as refused credentials. */
export function misconfigured(error: string) {
  return { outcome: "permanent", error, scope: "provider" } as const;
}

/** Promises why it failed; empty for what was sent. */
export function errorOf(attempt: Attempt): string {
  return attempt.outcome === "sent" ? "" : attempt.error;
}

/**
 * Promises what a provider said, fit for a log and a screen: one line of at most 200 characters without the given secrets
 * (nor their base64) and without any link, for a link may hold an acknowledgement or receipt token.
 */
export function providerWords(text: string, secrets: string[]): string {
  let words = text.slice(0, 2_000).replace(/https?:\/\/\S+/gi, "[link]");
  for (const secret of secrets.filter((each) => each.length >= 4)) {
    words = words.replaceAll(secret, "[secret]");
    words = words.replaceAll(base64(secret), "[secret]");
  }
  return cleanLine(words, 200);
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
