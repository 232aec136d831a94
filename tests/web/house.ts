/**
 * The whole of PagerPal without a network, and browsers that go to it: they keep cookies, follow redirects, and send the
 * forms that they find in a page.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { compose, type PagerPal } from "../../src/compose.ts";
import { readConfig } from "../../src/config.ts";
import {
  DEFAULT_SOURCE_SETTINGS,
  NEW_SOURCE,
} from "../../src/domain/intake/alert_source.ts";
import { PLAIN_STEP } from "../../src/domain/policies/escalation_policy.ts";
import type { Role } from "../../src/domain/responders/people.ts";
import type { FetchCalendar } from "../../src/ports/calendar_source.ts";
import type { Store } from "../../src/ports/store.ts";
import { NEWEST_SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { cheapHash } from "../cheap_hash.ts";
import { withStore } from "../stores.ts";

export const NOW_MS = Date.UTC(2026, 10, 23, 2, 14);
export const PASSWORD = "seven quiet otters";
export const ORIGIN = "http://pager.example.com";
const KEY = `pp${"A".repeat(30)}`;
const passwordHash = cheapHash(PASSWORD);

export class House {
  nowMs = NOW_MS;
  /** Reads calendars that are kept elsewhere. */
  fetchCalendar: FetchCalendar = () =>
    Promise.resolve({ kind: "failed", message: "No test may call out." });
  readonly pagerpal: PagerPal;
  readonly origin: string;

  constructor(readonly store: Store, env: Record<string, string> = {}) {
    const config = readConfig({
      ENVIRONMENT: "test",
      PAGERPAL_BASE_URL: ORIGIN,
      SESSION_COOKIE_SECURE: "false",
      ...env,
    }, () => "");
    this.origin = config.baseUrl;
    this.pagerpal = compose({
      config,
      store,
      clock: () => this.nowMs,
      random: () => 0.5,
      newId: () => crypto.randomUUID(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      fetch: () => Promise.reject(new Error("No test may call out.")),
      fetchCalendar: (...asked) => this.fetchCalendar(...asked),
      node: "node-test",
      hostname: "test",
      version: "0.0.0-test",
      schemaVersion: NEWEST_SCHEMA_VERSION,
      staticDirectory: fileURLToPath(new URL("../../static/", import.meta.url)),
    });
  }

  /** A team with one person of each role, who has an account, and a source that `alert` posts to. */
  async furnish(): Promise<Record<Role, number>> {
    const people = {} as Record<Role, number>;
    for (const role of ["viewer", "responder", "admin"] as const) {
      people[role] = await this.#person(role);
    }
    const { store } = this;
    const team = await store.teams.insert(
      { name: "Payments", description: "" },
      NOW_MS,
    );
    await store.teams.setMembers(team.id, [people.responder]);
    const policy = await store.policies.insert({
      teamId: team.id,
      name: "Payments, day and night",
      description: "",
      steps: [
        {
          ...PLAIN_STEP,
          delayMinutes: 5,
          targets: [{ kind: "responder", id: people.responder }],
        },
        {
          ...PLAIN_STEP,
          delayMinutes: 5,
          targets: [{ kind: "responder", id: people.admin }],
        },
      ],
      repeatCount: 0,
      acknowledgementTimeoutMinutes: null,
      fallback: [],
    }, NOW_MS);
    await store.sources.insert({
      teamId: team.id,
      name: "Probes",
      kind: "generic",
      escalationPolicyId: policy.id,
      enabled: true,
      keyId: KEY.slice(2, 10),
      keyHash: createHash("sha256").update(KEY).digest("hex"),
      settings: DEFAULT_SOURCE_SETTINGS,
      ...NEW_SOURCE,
    }, NOW_MS);
    return people;
  }

  async #person(role: Role): Promise<number> {
    const name = {
      viewer: "Vera Vaughan",
      responder: "Maya Okafor",
      admin: "Ada Adams",
    }[role];
    const email = `${role}@example.com`;
    const { id } = await this.store.responders.insert(
      { name, email, timeZone: "Africa/Lagos", notifyOnResolve: false },
      NOW_MS,
    );
    await this.store.responders.insertContactMethod({
      responderId: id,
      channel: "email",
      address: email,
      label: "",
      enabled: true,
    }, NOW_MS);
    await this.store.accounts.insert({
      responderId: id,
      email,
      passwordHash: await passwordHash,
      role,
      enabled: true,
    }, NOW_MS);
    return id;
  }

  /** Posts an alert through the front door; the id of its incident. */
  async alert(alert: Record<string, unknown>): Promise<number> {
    const response = await this.pagerpal.fetch(
      new Request(`${this.origin}/api/v1/alerts`, {
        method: "POST",
        headers: { "x-api-key": KEY, "content-type": "application/json" },
        body: JSON.stringify({
          external_id: crypto.randomUUID(),
          title: "Disk full",
          severity: "critical",
          ...alert,
        }),
      }),
    );
    const body = await response.json();
    assert.ok(response.ok, `${response.status} ${body.detail}`);
    return body.id;
  }

  tab(): Tab {
    return new Tab(this);
  }

  /** A tab in which this role is logged in. */
  async tabOf(role: Role): Promise<Tab> {
    const tab = this.tab();
    await tab.logIn(`${role}@example.com`);
    return tab;
  }
}

/** Registers a test with a house on a fresh database. */
export function inHouse(
  name: string,
  body: (house: House) => Promise<void>,
  env: Record<string, string> = {},
): void {
  Deno.test(name, () =>
    withStore("libSQL", async (store) => {
      const house = new House(store, env);
      try {
        await body(house);
      } finally {
        house.pagerpal.closeStreams();
        await house.pagerpal.stop();
      }
    }));
}

export interface Shown {
  status: number;
  /** Where it was shown, after all redirects. */
  path: string;
  html: string;
  headers: Headers;
}

export class Tab {
  readonly cookies = new Map<string, string>();
  /** The `Set-Cookie` headers of the last answer that had any. */
  lastSetCookies: string[] = [];
  #html = "";

  constructor(readonly house: House) {}

  async open(path: string, headers: HeadersInit = {}): Promise<Shown> {
    return await this.#go(
      new Request(this.house.origin + path, { headers }),
      path,
    );
  }

  /** Sends the form of the last page that goes to `action`, with the fields that are in it unless told otherwise. */
  async submit(
    action: string,
    fields: Record<string, string | string[]> = {},
  ): Promise<Shown> {
    return await this.post(action, { ...this.formFields(action), ...fields });
  }

  /** Sends a form as a browser would from a page of our own origin, or with other headers. */
  async post(
    action: string,
    fields: Record<string, string | string[]>,
    headers: Record<string, string> = {
      origin: this.house.origin,
      "sec-fetch-site": "same-origin",
    },
  ): Promise<Shown> {
    const body = new URLSearchParams();
    for (const [name, values] of Object.entries(fields)) {
      for (const value of [values].flat()) body.append(name, value);
    }
    return await this.#go(
      new Request(this.house.origin + action, {
        method: "POST",
        body,
        headers,
      }),
      action,
    );
  }

  /** Sends the form with a file, as a form with `enctype="multipart/form-data"` is sent. */
  async upload(
    action: string,
    { fields = {}, files = {} }: {
      fields?: Record<string, string>;
      files?: Record<string, File>;
    },
  ): Promise<Shown> {
    const body = new FormData();
    const all = { ...this.formFields(action), ...fields, ...files };
    for (const [name, value] of Object.entries(all)) body.set(name, value);
    return await this.#go(
      new Request(this.house.origin + action, {
        method: "POST",
        body,
        headers: { origin: this.house.origin, "sec-fetch-site": "same-origin" },
      }),
      action,
    );
  }

  /** The hidden fields of the form, by name; throws where the page has no such form. */
  formFields(action: string): Record<string, string> {
    const form = this.#html.split("<form").find((part) =>
      part.includes(`action="${action.replaceAll("&", "&amp;")}"`)
    );
    assert.ok(form, `There is no form for ${action} in the page.`);
    const [own = ""] = form.split("</form>");
    return Object.fromEntries(
      [...own.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
        .map(([, name = "", value = ""]) => [name, unescaped(value)]),
    );
  }

  async logIn(email: string, password = PASSWORD): Promise<Shown> {
    await this.open("/login");
    return await this.submit("/login", { email, password });
  }

  async #go(request: Request, path: string): Promise<Shown> {
    request.headers.set("accept", "text/html");
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    if (cookie.length > 0) request.headers.set("cookie", cookie.join("; "));
    const response = await this.house.pagerpal.fetch(request);
    this.#keep(response.headers.getSetCookie());
    const location = response.headers.get("location");
    if (response.status === 303 && location !== null) {
      await response.body?.cancel();
      return await this.open(location);
    }
    this.#html = await response.text();
    const { status, headers } = response;
    return { status, path, html: this.#html, headers };
  }

  #keep(setCookies: string[]): void {
    if (setCookies.length > 0) this.lastSetCookies = setCookies;
    for (const text of setCookies) {
      const [pair = "", ...attributes] = text.split("; ");
      const [name = "", value = ""] = pair.split(/=(.*)/);
      if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

function unescaped(html: string): string {
  return html.replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
