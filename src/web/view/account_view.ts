/** Sessions and tokens as their owner recognises them. */
import type { ApiToken } from "../../domain/responders/people.ts";
import type { LoginSession } from "../../ports/session_repository.ts";
import {
  shortTime,
  type ShownTime,
  shownTime,
  type Viewpoint,
} from "./zoned_time.ts";

export interface ShownSession {
  id: number;
  current: boolean;
  /** As "Firefox on Linux". */
  browser: string;
  address: string;
  lastSeen: ShownTime;
  began: ShownTime;
}

export interface ShownToken {
  id: number;
  name: string;
  masked: string;
  role: string;
  expired: boolean;
  lastUsed: string;
  expires: string;
}

/** Promises what the account page lists. */
export function accountView(
  { sessions, tokens, currentSessionId, view }: {
    sessions: readonly LoginSession[];
    tokens: readonly ApiToken[];
    currentSessionId: number;
    view: Viewpoint;
  },
): { sessions: ShownSession[]; tokens: ShownToken[] } {
  return {
    sessions: sessions.map((one) => ({
      id: one.id,
      current: one.id === currentSessionId,
      browser: browserName(one.userAgent),
      address: one.address,
      lastSeen: shownTime(one.lastSeenAtMs, view),
      began: shownTime(one.createdAtMs, view),
    })),
    tokens: tokens.map((one) => ({
      id: one.id,
      name: one.name,
      masked: `ppt_${one.tokenId}…`,
      role: one.role,
      expired: one.expiresAtMs !== null && one.expiresAtMs <= view.nowMs,
      lastUsed: one.lastUsedAtMs === null
        ? "never used"
        : `last used ${shortTime(one.lastUsedAtMs, view)}`,
      expires: one.expiresAtMs === null
        ? "never expires"
        : one.expiresAtMs <= view.nowMs
        ? "has expired"
        : `expires ${shortTime(one.expiresAtMs, view)}`,
    })),
  };
}

// The more particular first: Chrome calls itself Safari, and Edge calls itself Chrome.
const BROWSERS: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

/** Promises a browser's name for people, as "Firefox on Linux"; "Unknown browser" where it does not tell. */
export function browserName(userAgent: string): string {
  const find = (list: [RegExp, string][]) =>
    list.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = find(BROWSERS) ?? "Unknown browser";
  const system = find(SYSTEMS);
  return system ? `${browser} on ${system}` : browser;
}
