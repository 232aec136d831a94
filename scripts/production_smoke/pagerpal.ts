/** PagerPal's two containers as a browser, a program and a monitoring system see them. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";

/** The containers, by their names in docker-compose.production-smoke.yml. */
export const NODES = ["http://app_a:8000", "http://app_b:8000"] as const;
export type NodeUrl = (typeof NODES)[number];

const EMAIL = Deno.env.get("SMOKE_EMAIL") ?? "";
const PASSWORD = Deno.env.get("SMOKE_PASSWORD") ?? "";
/** PAGERPAL_BASE_URL of the containers: what a browser behind the TLS proxy would name. */
const ORIGIN = "https://pager.example.com";

/** Promises the JSON of the API's answer to the smoke admin; an answer other than 2xx fails. */
export async function api(
  node: NodeUrl,
  method: string,
  path: string,
  body?: unknown,
  // deno-lint-ignore no-explicit-any -- a check looks into it as it likes
): Promise<any> {
  const login = Buffer.from(`${EMAIL}:${PASSWORD}`).toString("base64");
  const response = await fetch(`${node}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Basic ${login}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  assert(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text === "" ? null : JSON.parse(text);
}

/** Posts an alert as a monitoring system does; settles once it is answered 2xx, and so on disk. */
export async function postAlert(
  node: NodeUrl,
  { key, title }: { key: string; title: string },
): Promise<void> {
  const response = await fetch(`${node}/api/v1/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    body: JSON.stringify({ external_id: title, title, severity: "critical" }),
  });
  const text = await response.text();
  assert(response.ok, `POST /alerts: ${response.status} ${text}`);
}

/** Promises what the smoke admin's browser is shown at `path` after the login form. */
export async function loadLoggedIn(
  node: NodeUrl,
  path: string,
): Promise<Response> {
  const form = await fetch(`${node}/login`);
  const page = await form.text();
  const [, token = ""] = /name="_csrf"\s+value="([^"]+)"/.exec(page) ?? [];
  assert.notEqual(token, "", "The login form has no token");
  const entered = await fetch(`${node}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: cookiesOf(form), origin: ORIGIN },
    body: new URLSearchParams({
      _csrf: token,
      email: EMAIL,
      password: PASSWORD,
    }),
  });
  await entered.text();
  assert.equal(entered.status, 303, "The login is refused");
  return await fetch(node + path, {
    redirect: "manual",
    headers: { cookie: cookiesOf(entered) },
  });
}

/** Each must be for https only, and for this host. */
function cookiesOf(response: Response): string {
  return response.headers.getSetCookie().map((cookie) => {
    assert.match(cookie, /^__Host-.*; Secure/, "A cookie is not secure");
    return cookie.split(";")[0];
  }).join("; ");
}

/** Settles when `look` holds; throws what it last said when it does not within `seconds`. */
export async function until(
  seconds: number,
  look: () => Promise<void>,
): Promise<void> {
  const endMs = performance.now() + seconds * 1_000;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await new Promise((go) => setTimeout(go, 200));
    }
  }
}
