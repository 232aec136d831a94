/** Why `fetch` got no answer. */

/** The runtime tells these apart in words only, and its words hold addresses, so they are matched and not repeated. */
const REASONS: [RegExp, string][] = [
  [/dns error/i, "its name was not found"],
  [/certificate/i, "its certificate is not trusted"],
  [/refused/i, "the connection was refused"],
  [/reset|before message completed|closed/i, "the connection was cut"],
];

/** Until then the request has not left. */
const WHILE_CONNECTING = /client error \(Connect\)/;

/** Promises the reason as half a sentence without the address, empty where it is none of these. */
export function connectionFailure(
  error: unknown,
): { reason: string; wasConnecting: boolean } {
  const { message, cause } = error instanceof Error ? error : new Error();
  const text = `${message} ${cause instanceof Error ? cause.message : ""}`;
  return {
    reason: REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? "",
    wasConnecting: WHILE_CONNECTING.test(text),
  };
}
