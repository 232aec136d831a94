/**
 * The whole of PagerPal on a real database, a clock that the test moves, a stand-in Infobip and a real mail server. It
 * reads like a phone:
 *
 *     await world.alert({ title: "Disk full" });
 *     await world.expectPage("maya", "sms");
 *     await world.advance("5m");
 *     await world.expectPage("idris", "email");
 *
 * Closing it fails on any message that nobody expected.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { compose, type PagerPal } from "../../src/compose.ts";
import { readConfig } from "../../src/config.ts";
import {
  type AlertSource,
  DEFAULT_SOURCE_SETTINGS,
  NEW_SOURCE,
  type SourceKind,
  type SourceSettings,
} from "../../src/domain/intake/alert_source.ts";
import {
  type EscalationPolicy,
  type EscalationTarget,
  PLAIN_STEP,
} from "../../src/domain/policies/escalation_policy.ts";
import type { Incident } from "../../src/domain/incidents/incident.ts";
import type { Notification } from "../../src/domain/delivery/notification.ts";
import type { ChannelKind } from "../../src/domain/responders/people.ts";
import type {
  Actor,
  TimelineKind,
} from "../../src/domain/incidents/timeline.ts";
import type { Rotation } from "../../src/domain/schedules/rotation.ts";
import { rotationOf } from "../domain/schedules/plans.ts";
import type { FetchCalendar } from "../../src/ports/calendar_source.ts";
import type { Store } from "../../src/ports/store.ts";
import { NEWEST_SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { FakeInfobip } from "../fakes/infobip.ts";
import { FakeSmtp } from "../fakes/smtp.ts";

export const START_MS = Date.UTC(2026, 2, 2, 2, 14);
const DAY_MS = 86_400_000;
const RECEIPT_TOKEN = "receipt-token-of-the-flow-tests";

export interface Message {
  to: string;
  channel: ChannelKind;
  text: string;
}

export interface Answer {
  status: number;
  // deno-lint-ignore no-explicit-any -- a test looks into it as it likes
  body: any;
}

interface Person {
  id: number;
  name: string;
  addresses: Map<string, ChannelKind>;
}

export interface WorldOptions {
  /** Its name among the nodes. */
  node?: string;
  /** Environment variables beside or instead of the usual ones. */
  env?: Record<string, string>;
  /** Answers requests to other hosts than the stand-ins; none may be made otherwise. */
  fetch?: typeof fetch;
}

export class World {
  readonly store: Store;
  readonly infobip: FakeInfobip;
  readonly smtp: FakeSmtp;
  readonly pagerpal: PagerPal;
  nowMs = START_MS;
  /** Reads calendars that are kept elsewhere. */
  fetchCalendar: FetchCalendar = () =>
    Promise.resolve({ kind: "failed", message: "No test may call out." });
  readonly #people = new Map<string, Person>();
  readonly #seen = new Set<unknown>();
  #names = 0;
  #key = "";

  private constructor(parts: {
    store: Store;
    infobip: FakeInfobip;
    smtp: FakeSmtp;
    options: WorldOptions;
  }) {
    const { store, infobip, smtp, options } = parts;
    this.store = store;
    this.infobip = infobip;
    this.smtp = smtp;
    this.pagerpal = compose({
      config: readConfig({
        ENVIRONMENT: "test",
        PAGERPAL_BASE_URL: "https://pager.example.com",
        NOTIFICATION_SENDING_ENABLED: "true",
        ALERT_SOURCE_RATE_LIMIT_CAPACITY: "100000",
        // Each page by itself, so that a test sees it at once; what tests bundling turns it on.
        PAGE_BUNDLING_SECONDS: "0",
        INFOBIP_BASE_URL: infobip.baseUrl,
        INFOBIP_API_KEY: "test-api-key",
        INFOBIP_SMS_SENDER: "PagerPal",
        INFOBIP_WHATSAPP_SENDER: "447860099299",
        INFOBIP_RECEIPT_TOKEN: RECEIPT_TOKEN,
        SMTP_HOST: "127.0.0.1",
        SMTP_PORT: String(smtp.port),
        SMTP_FROM: "PagerPal <pager@example.com>",
        ...options.env,
      }, () => ""),
      store,
      clock: () => this.nowMs,
      random: () => 0.5,
      newId: () => crypto.randomUUID(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      fetch: (input, init) => this.#fetch(input, init, options.fetch),
      fetchCalendar: (...asked) => this.fetchCalendar(...asked),
      node: options.node ?? "node-test",
      hostname: "test",
      version: "0.0.0-test",
      schemaVersion: NEWEST_SCHEMA_VERSION,
      staticDirectory: fileURLToPath(new URL("../../static/", import.meta.url)),
    });
  }

  static async open(store: Store, options: WorldOptions = {}): Promise<World> {
    const infobip = await FakeInfobip.start();
    const smtp = await FakeSmtp.start();
    return new World({ store, infobip, smtp, options });
  }

  /** A team with one policy and one source of its own; the first source's key is used by `alert`. */
  async team(
    name: string,
    { steps, kind = "generic", settings = {}, ...policy }: {
      steps: (team: number) => Promise<Step[]> | Step[];
      kind?: SourceKind;
      settings?: Partial<SourceSettings>;
    } & Partial<Omit<EscalationPolicy, "steps">>,
  ): Promise<{ teamId: number; source: AlertSource; key: string }> {
    const team = await this.store.teams.insert(
      { name, description: "" },
      this.nowMs,
    );
    const { id: escalationPolicyId } = await this.store.policies.insert({
      teamId: team.id,
      name: `${name}, day and night`,
      description: "",
      steps: (await steps(team.id)).map(({ minutes, ...step }) => ({
        ...PLAIN_STEP,
        ...step,
        delayMinutes: minutes,
      })),
      repeatCount: 0,
      acknowledgementTimeoutMinutes: null,
      fallback: [],
      ...policy,
    }, this.nowMs);
    const key = `pp${String(++this.#names).padStart(8, "0")}${"k".repeat(22)}`;
    const source = await this.store.sources.insert({
      teamId: team.id,
      name: `${name} ${kind}`,
      kind,
      escalationPolicyId,
      enabled: true,
      keyId: key.slice(2, 10),
      keyHash: createHash("sha256").update(key).digest("hex"),
      settings: { ...DEFAULT_SOURCE_SETTINGS, ...settings },
      ...NEW_SOURCE,
    }, this.nowMs);
    this.#key ||= key;
    return { teamId: team.id, source, key };
  }

  /** A responder with these contact methods, in this order. */
  async responder(
    name: string,
    channels: ChannelKind[],
    { notifyOnResolve = false } = {},
  ): Promise<EscalationTarget> {
    const email = `${name}@example.com`;
    const { id } = await this.store.responders.insert(
      { name, email, timeZone: "Europe/London", notifyOnResolve },
      this.nowMs,
    );
    const addresses = new Map<string, ChannelKind>();
    for (const channel of channels) {
      const number = `+4477009${String(id).padStart(4, "0")}`;
      const address = channel === "email"
        ? email
        : `${number}${channel === "sms" ? 1 : 2}`;
      addresses.set(address, channel);
      const row = {
        responderId: id,
        channel,
        address,
        label: "",
        enabled: true,
      };
      await this.store.responders.insertContactMethod(row, this.nowMs);
    }
    this.#people.set(name, { id, name, addresses });
    return { kind: "responder", id };
  }

  id(name: string): number {
    return this.#person(name).id;
  }

  /** A schedule on which these people follow each other, a day each, from now. */
  async schedule(
    teamId: number,
    names: string[],
  ): Promise<EscalationTarget> {
    const schedule = await this.store.schedules.insert({
      teamId,
      name: `Schedule ${++this.#names}`,
      description: "",
      timeZone: "Europe/London",
    }, this.nowMs);
    for (const [day, name] of names.entries()) {
      await this.store.schedules.insertEntry({
        replacesResponderId: null,
        scheduleId: schedule.id,
        responderId: this.id(name),
        kind: "entry",
        startsAtMs: this.nowMs + day * DAY_MS,
        endsAtMs: this.nowMs + (day + 1) * DAY_MS,
      }, this.nowMs);
    }
    return { kind: "schedule", id: schedule.id };
  }

  /** A schedule in London on which these people take turns as the rotation says, else of a week from Monday at nine. */
  async rotation(
    teamId: number,
    names: string[],
    changes: Partial<Rotation> = {},
  ): Promise<EscalationTarget> {
    const { id } = await this.store.schedules.insert({
      teamId,
      name: `Schedule ${++this.#names}`,
      description: "",
      timeZone: "Europe/London",
    }, this.nowMs);
    const responderIds = names.map((name) => this.id(name));
    await this.store.schedules.insertLayer({
      scheduleId: id,
      name: "Weekly",
      kind: "rotation",
      rotation: rotationOf({ responderIds, ...changes }),
    }, this.nowMs);
    return { kind: "schedule", id };
  }

  /** Posts a generic alert through the front door; what is due at once is sent before it settles. */
  async alert(
    fields: Record<string, unknown> = {},
    { key = this.#key } = {},
  ): Promise<Answer> {
    const alert = {
      title: "Checkout API: error rate above 20 %",
      external_id: "checkout-5xx",
      severity: "critical",
      ...fields,
    };
    return await this.post("/api/v1/alerts", alert, { key });
  }

  /** Posts any body with a source's key. A string goes as it is. */
  async post(
    path: string,
    body: unknown,
    { key = this.#key, headers = {} }: {
      key?: string;
      headers?: Record<string, string>;
    } = {},
  ): Promise<Answer> {
    const answer = await this.request(path, {
      method: "POST",
      headers: { "x-api-key": key, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    await this.settled();
    return answer;
  }

  async request(path: string, init: RequestInit = {}): Promise<Answer> {
    const request = new Request(`https://pager.example.com${path}`, init);
    const response = await this.pagerpal.fetch(request);
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json");
    return { status: response.status, body: json ? JSON.parse(text) : text };
  }

  /** What a person does, as the API and the link do it. */
  async act(
    name: string,
    kind: "acknowledge" | "resolve" | "reopen" | "escalate",
    incidentId?: number,
  ): Promise<void> {
    const { act } = await import("../../src/app/incidents/act.ts");
    const result = await act(this.pagerpal.engine, {
      incidentId: incidentId ?? (await this.incident()).id,
      action: { kind, actor: this.actor(name) },
    });
    assert.ok(result.ok, `${kind} was refused`);
    await this.settled();
  }

  /** `name` hands the incident to `to`. */
  async reassign(name: string, to: string): Promise<void> {
    const { act } = await import("../../src/app/incidents/act.ts");
    const result = await act(this.pagerpal.engine, {
      incidentId: (await this.incident()).id,
      action: {
        kind: "reassign",
        responderId: this.id(to),
        responder: to,
        actor: this.actor(name),
      },
    });
    assert.ok(result.ok, result.ok ? "" : result.message);
    await this.settled();
  }

  actor(name: string): Actor {
    return { kind: "responder", responderId: this.id(name), name, via: "api" };
  }

  /** Moves the clock by `5m`, `90s`, `2h`; everything that falls due on the way happens at its time. */
  async advance(duration: string): Promise<void> {
    const untilMs = this.nowMs + milliseconds(duration);
    for (;;) {
      await this.settled();
      const dueAtMs = await this.#nextDueAtMs();
      if (dueAtMs === null || dueAtMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, dueAtMs);
      await this.#work();
    }
    this.nowMs = untilMs;
  }

  /** As `advance`, with what the job `notices` does at each minute. */
  async everyMinute(duration: string): Promise<void> {
    const untilMs = this.nowMs + milliseconds(duration);
    await this.runNotices();
    while (this.nowMs < untilMs) {
      await this.advance("1m");
      await this.runNotices();
    }
  }

  /** Runs the job `notices` once. */
  async runNotices(): Promise<void> {
    const job = this.pagerpal.jobs.find(({ name }) => name === "notices");
    assert.ok(job);
    await job.run();
    await this.settled();
  }

  /** Settles when nothing is due now. */
  async settled(): Promise<void> {
    await this.#work();
  }

  /** The next message to this person on this channel that no expectation has taken yet. */
  expectPage(name: string, channel: ChannelKind): Message {
    const person = this.#person(name);
    const found = this.#messages().find((each) =>
      !this.#seen.has(each.origin) && each.channel === channel &&
      person.addresses.get(each.to) === channel
    );
    assert.ok(
      found,
      `${name} was not paged by ${channel}. ${this.#unexpected()}`,
    );
    this.#seen.add(found.origin);
    return found;
  }

  expectNoPage(): void {
    assert.equal(this.#unexpected(), "Nothing else was sent.");
  }

  /** The one incident there is, or the newest. */
  async incident(): Promise<Incident> {
    const page = await this.store.incidents.list({}, { page: 1, pageSize: 1 });
    const found = page.items[0] &&
      await this.store.incidents.find(page.items[0].id);
    assert.ok(found, "there is no incident");
    return found;
  }

  async notifications(): Promise<Notification[]> {
    return await this.store.notifications
      .listByIncident((await this.incident()).id);
  }

  async timeline(): Promise<TimelineKind[]> {
    const { id } = await this.incident();
    const entries = await this.store.timeline.list(id, {
      afterId: 0,
      limit: 200,
    });
    return entries.map((entry) => entry.kind);
  }

  /** Infobip's report on a message that it took. */
  async receipt(
    messageId: string,
    status: { groupId: number; id: number; name: string },
  ): Promise<Answer> {
    const results = [{
      messageId,
      status: { groupName: "", description: "", ...status },
    }];
    return await this.post("/api/v1/notifications/infobip/receipts", {
      results,
    }, {
      headers: { "x-infobip-receipt-token": RECEIPT_TOKEN },
    });
  }

  async close(): Promise<void> {
    await this.settled();
    await this.pagerpal.stop();
    await this.infobip.close();
    await this.smtp.close();
    await this.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.expectNoPage();
  }

  async #work(): Promise<void> {
    const { escalateDue } = await import("../../src/app/incidents/escalate.ts");
    const { deliverer, noticeDeliverer, engine } = this.pagerpal;
    for (;;) {
      await escalateDue(engine);
      await deliverer.deliver({ firstAttemptsOnly: false });
      await noticeDeliverer.deliver({ firstAttemptsOnly: false });
      const dueAtMs = await this.#nextDueAtMs();
      if (dueAtMs === null || dueAtMs > this.nowMs) return;
    }
  }

  async #nextDueAtMs(): Promise<number | null> {
    const dues = [
      await this.store.notifications.nextDueAtMs(),
      await this.store.notices.nextDueAtMs(),
      await this.store.incidents.nextDueAtMs(),
    ].filter((due) => due !== null);
    return dues.length === 0 ? null : Math.min(...dues);
  }

  #messages(): (Message & { origin: unknown })[] {
    const byPhone = this.infobip.taken.map((each) => ({
      origin: each,
      to: `+${each.to}`,
      channel: each.channel,
      text: each.text,
    }));
    const byMail = this.smtp.mails.map((each) => ({
      origin: each,
      to: each.to,
      channel: "email" as const,
      text: each.text,
    }));
    return [...byPhone, ...byMail];
  }

  #unexpected(): string {
    const left = this.#messages().filter((each) =>
      !this.#seen.has(each.origin)
    );
    if (left.length === 0) return "Nothing else was sent.";
    return `Not expected: ${
      left.map(({ to, channel, text }) => `${channel} to ${to}: ${text}`).join(
        "; ",
      )
    }`;
  }

  #person(name: string): Person {
    const person = this.#people.get(name);
    assert.ok(person, `nobody is called ${name}`);
    return person;
  }

  #fetch(
    input: string | URL | Request,
    init: RequestInit | undefined,
    other?: typeof fetch,
  ): Promise<Response> {
    const url = input instanceof Request ? input.url : String(input);
    if (url.startsWith(this.infobip.baseUrl)) return fetch(input, init);
    if (other) return other(input, init);
    return Promise.reject(new Error(`No request may leave for ${url}`));
  }
}

export interface Step extends Partial<typeof PLAIN_STEP> {
  /** How long the step waits for an answer. */
  minutes: number;
  targets: EscalationTarget[];
}

function milliseconds(duration: string): number {
  const match = /^(\d+)([smhd])$/.exec(duration);
  assert.ok(match, `not a duration: ${duration}`);
  const unit =
    { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS }[match[2] as "s"];
  return Number(match[1]) * unit;
}
