/**
 * The API over a real database, with a clock that the test moves and one account of each role. Every answer is held
 * against the documentation: an undocumented status or field fails the test that met it.
 */
import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { createRoutes } from "../../src/api/app.ts";
import type { AppDeps } from "../../src/api/deps.ts";
import { openApiDocument } from "../../src/api/docs.ts";
import { act, actOnMany, addNote } from "../../src/app/incidents/act.ts";
import type { Engine } from "../../src/app/engine.ts";
import { createCodeHash } from "../../src/app/responders/code_hash.ts";
import {
  createIntakeQueue,
  type IntakeQueue,
} from "../../src/app/intake/intake_queue.ts";
import { createReadiness } from "../../src/app/readiness/readiness.ts";
import { createSeal } from "../../src/app/seal.ts";
import { receiveReceipts } from "../../src/app/delivery/receive_receipts.ts";
import { retryNotification } from "../../src/app/delivery/retry_notification.ts";
import { readInfobipReceipts } from "../../src/channels/infobip_receipts.ts";
import { CHANNEL_KINDS } from "../../src/domain/responders/people.ts";
import type { Role, UserAccount } from "../../src/domain/responders/people.ts";
import { BodyBudget } from "../../src/http/read_body.ts";
import type { Routes } from "../../src/http/routes.ts";
import type { OutgoingMessage, SendResult } from "../../src/ports/channel.ts";
import { UNOBSERVED } from "../../src/ports/observer.ts";
import type { Store } from "../../src/ports/store.ts";
import { createSourceFormats } from "../../src/sources/formats.ts";
import { cheapHash } from "../cheap_hash.ts";

export const NOW_MS = Date.UTC(2026, 10, 23, 9);
export const PASSWORD = "seven quiet otters";
export const METRICS_TOKEN = "a-metrics-token";
export const RECEIPT_TOKEN = "a-receipt-token";
const passwordHash = cheapHash(PASSWORD);

export interface Answer {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- a test looks into it as it likes
  body: any;
}

export interface Asked {
  method?: string;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  /** Where the request comes from; 192.0.2.1 by default. */
  from?: string;
}

interface Bucket {
  capacity: number;
  refillPerSecond: number;
}

/** What is to be other than usual. */
export type DeskOptions =
  & Partial<Omit<AppDeps, "config" | "intakeQueue">>
  & {
    config?: Partial<AppDeps["config"]>;
    /** Of each source. */
    bucket?: Bucket;
    intakeQueue?: Partial<IntakeQueue>;
  };

const BUCKET: Bucket = { capacity: 1_000, refillPerSecond: 10 };

export class Desk {
  nowMs = NOW_MS;
  readonly routes: Routes;
  readonly document: ReturnType<typeof openApiDocument>;
  /** What has left at once: test pages and codes. */
  readonly sent: OutgoingMessage[] = [];
  /** What the providers answer; null for none being set up. */
  answer: SendResult | null = { outcome: "sent", providerMessageId: null };
  readonly accounts = {} as Record<Role, UserAccount>;

  private constructor(
    readonly store: Store,
    { bucket = BUCKET, intakeQueue, ...more }: DeskOptions,
  ) {
    const engine: Engine = {
      store,
      clock: () => this.nowMs,
      random: () => 0.5,
      newId: () => crypto.randomUUID(),
      sendingEnabled: true,
      observer: UNOBSERVED,
      kick: () => {},
      lookSoon: () => {},
    };
    const deps: AppDeps = {
      ...engine,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      bodyBudget: new BodyBudget(64 * 1024 * 1024),
      sources: createSourceFormats({
        fetch: () => Promise.reject(new Error("No test may call out.")),
      }),
      secretKey: "a secret key that only the tests know",
      actions: {
        act: (incidentId, action) => act(engine, { incidentId, action }),
        actOnMany: (incidentIds, action) =>
          actOnMany(engine, { incidentIds, action }),
        addNote: (incidentId, note) => addNote(engine, { incidentId, ...note }),
        retryNotification: (notificationId, actor) =>
          retryNotification(engine, { notificationId, actor }),
        receiveReceipts: (receipts) => receiveReceipts(engine, receipts),
        wake: () => {},
      },
      intakeQueue: { ...createIntakeQueue(engine, { bucket }), ...intakeQueue },
      parseReceipts(body) {
        const read = readInfobipReceipts(body);
        return read.ok ? read.receipts : null;
      },
      immediate: {
        ...engine,
        randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
        hashCode: createCodeHash("a secret key that only the tests know"),
        baseUrl: "https://pager.example.com",
        sendMessage: (_channel, message) => {
          this.sent.push(message);
          return Promise.resolve(this.answer);
        },
      },
      calendars: {
        fetchCalendar: () =>
          Promise.resolve({ kind: "failed", message: "No test may call out." }),
        seal: createSeal("a secret key that only the tests know", "calendars"),
      },
      confirmSnsSubscription: () =>
        Promise.resolve({ ok: false, message: "No test may call out." }),
      readiness: createReadiness(store, {
        clock: () => this.nowMs,
        sendingEnabled: true,
        channels: new Set(CHANNEL_KINDS),
      }),
      jobs: () => [
        { name: "escalation", enabled: true, nextRunAtMs: NOW_MS + 60_000 },
        { name: "prune", enabled: false, nextRunAtMs: null },
      ],
      metrics: () =>
        Promise.resolve({ contentType: "text/plain", body: "up 1\n" }),
      notReady: () => [],
      schemaVersion: 1,
      ...more,
      config: {
        environment: "test",
        version: "1.2.3",
        baseUrl: "https://pager.example.com",
        allowedOrigins: [],
        trustedProxies: [],
        receiptToken: RECEIPT_TOKEN,
        metricsToken: METRICS_TOKEN,
        sendingEnabled: true,
        ...more.config,
      },
    };
    this.routes = createRoutes(deps);
    this.routes.seal();
    this.document = openApiDocument(this.routes, deps.config);
  }

  static async open(
    store: Store,
    options: DeskOptions = {},
  ): Promise<Desk> {
    const desk = new Desk(store, options);
    for (const role of ["viewer", "responder", "admin"] as const) {
      desk.accounts[role] = await desk.#account(role);
    }
    return desk;
  }

  async #account(role: Role): Promise<UserAccount> {
    const email = `${role}@example.com`;
    const responder = await this.store.responders.insert({
      name: `The ${role}`,
      email,
      timeZone: "Europe/London",
      notifyOnResolve: false,
    }, NOW_MS);
    return await this.store.accounts.insert({
      responderId: responder.id,
      email,
      passwordHash: await passwordHash,
      role,
      enabled: true,
    }, NOW_MS);
  }

  as(role: Role): (path: string, asked?: Asked) => Promise<Answer> {
    const authorization = basic(`${role}@example.com`, PASSWORD);
    return (path, asked = {}) =>
      this.ask(path, {
        ...asked,
        headers: { authorization, ...asked.headers },
      });
  }

  async ask(path: string, asked: Asked = {}): Promise<Answer> {
    const { method = "GET", json, body, headers, from = "192.0.2.1" } = asked;
    const response = await this.routes.app.request(path, {
      method,
      headers: {
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body }),
    }, { remoteAddr: { hostname: from } });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("content-type") ?? "");
    const answer = {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : text,
    };
    this.#holdAgainstDocument(
      method,
      new URL(path, "http://x").pathname,
      answer,
    );
    return answer;
  }

  /** A team, a policy that pages the responder, and a source with its key. */
  async source(
    kind = "generic",
    name = kind,
  ): Promise<{ id: number; key: string }> {
    const admin = this.as("admin");
    const team = await admin(
      "/api/v1/teams",
      post({ name: `Team of ${name}` }),
    );
    const policy = await admin(
      "/api/v1/escalation-policies",
      post({
        team_id: team.body.id,
        name: "Primary",
        steps: [{
          delay_minutes: 5,
          targets: [{
            type: "responder",
            id: this.accounts.responder.responderId,
          }],
        }],
      }),
    );
    const source = await admin(
      "/api/v1/alert-sources",
      post({
        team_id: team.body.id,
        name,
        kind,
        escalation_policy_id: policy.body.id,
      }),
    );
    assert.equal(source.status, 201, JSON.stringify(source.body));
    return { id: source.body.id, key: source.body.api_key };
  }

  #holdAgainstDocument(method: string, path: string, answer: Answer): void {
    const bare = path.replace(/(?<=.)\/$/, "");
    const route = this.routes.declared.find((r) =>
      r.method === method.toLowerCase() &&
      new RegExp(`^${r.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(bare)
    );
    if (!route || Object.keys(route.answers).length === 0) return;
    const operation = this.document.paths?.[route.path]
      ?.[route.method as "get"];
    const where = `${method} ${route.path} ${answer.status}`;
    assert.ok(
      operation?.responses?.[answer.status],
      `${where} is not documented`,
    );
    const schema = route.answers[answer.status];
    if (!schema) return;
    // What the schema does not name is stripped from the parsed value, so a difference is an undocumented field.
    const parsed = (schema as z.ZodType).safeParse(answer.body);
    assert.ok(parsed.success, `${where}: ${parsed.error?.message}`);
    assert.deepEqual(parsed.data, answer.body, where);
  }
}

export function basic(email: string, password: string): string {
  return `Basic ${new TextEncoder().encode(`${email}:${password}`).toBase64()}`;
}

export function post(
  json: unknown,
  headers: Record<string, string> = {},
): Asked {
  return { method: "POST", json, headers };
}

export function put(json: unknown): Asked {
  return { method: "PUT", json };
}

export function patch(json: unknown): Asked {
  return { method: "PATCH", json };
}

export const DELETE: Asked = { method: "DELETE" };
