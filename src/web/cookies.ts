/** The cookies of the operator UI. */
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { SESSION_LIMITS } from "../app/accounts/login_sessions.ts";
import type { EdgeContext } from "../http/edge_env.ts";
import type { WebConfig } from "./deps.ts";

type Secure = Pick<WebConfig, "sessionCookieSecure">;

const NAMES = {
  /** The session's token. */
  session: "pagerpal_session",
  /** Ties the forms of a visitor who is not logged in to the browser they were shown in. */
  visitor: "pagerpal_visitor",
  /** What was just done, shown once. */
  notice: "pagerpal_notice",
  /** `light` or `dark`; not there: as the device has it. */
  theme: "pagerpal_theme",
} as const;
type Name = keyof typeof NAMES;

const MAX_AGE_S: Record<Name, number> = {
  session: SESSION_LIMITS.absoluteMs / 1_000,
  visitor: 86_400,
  notice: 60,
  theme: 365 * 86_400,
};

/** Promises the cookie's value; null when it was not sent. */
export function readCookie(
  c: EdgeContext,
  name: Name,
  { sessionCookieSecure }: Secure,
): string | null {
  const value = sessionCookieSecure
    ? getCookie(c, NAMES[name], "host")
    : getCookie(c, NAMES[name]);
  return value ?? null;
}

/**
 * Sets the cookie for the whole site, out of reach of scripts. Over https its name begins with `__Host-` (RFC 6265bis,
 * section 4.1.3.2), so that no other host of the domain can set it.
 */
export function writeCookie(
  c: EdgeContext,
  { name, value }: { name: Name; value: string },
  { sessionCookieSecure }: Secure,
): void {
  setCookie(c, NAMES[name], value, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: sessionCookieSecure,
    maxAge: MAX_AGE_S[name],
    ...(sessionCookieSecure ? { prefix: "host" as const } : {}),
  });
}

/** Takes the cookie out of the browser. */
export function dropCookie(
  c: EdgeContext,
  name: Name,
  { sessionCookieSecure: secure }: Secure,
): void {
  deleteCookie(c, secure ? `__Host-${NAMES[name]}` : NAMES[name], {
    path: "/",
    secure,
  });
}
