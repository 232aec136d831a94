/** One sentence about what was just done, shown once on the page after the redirect. */
import type { EdgeContext } from "../http/edge_env.ts";
import { dropCookie, readCookie, writeCookie } from "./cookies.ts";
import type { WebConfig } from "./deps.ts";

export interface Notice {
  tone: "good" | "bad" | "plain";
  text: string;
}

const TONES = ["good", "bad", "plain"] as const;
const LONGEST = 400;

/** Leaves the notice for the next page. It travels in a cookie, so it holds no secret. */
export function leaveNotice(
  c: EdgeContext,
  { tone, text }: Notice,
  config: Pick<WebConfig, "sessionCookieSecure">,
): void {
  const value = `${tone}:${text.slice(0, LONGEST)}`;
  writeCookie(c, { name: "notice", value }, config);
}

/** Promises the notice that was left, which is gone then; null when there is none. */
export function takeNotice(
  c: EdgeContext,
  config: Pick<WebConfig, "sessionCookieSecure">,
): Notice | null {
  const value = readCookie(c, "notice", config);
  if (value === null) return null;
  dropCookie(c, "notice", config);
  const tone = TONES.find((one) => value.startsWith(`${one}:`));
  if (!tone) return null;
  return { tone, text: value.slice(tone.length + 1, tone.length + LONGEST) };
}
