/** What the tests of the real process start from: its settings, and what the README's walk-through sets up. */
import assert from "node:assert/strict";
import type { FakeInfobip } from "../fakes/infobip.ts";
import type { FakeSmtp } from "../fakes/smtp.ts";
import { saveAdmin } from "../../scripts/create_admin/save_admin.ts";
import { cheapHash } from "../cheap_hash.ts";
import { openStore } from "../../src/store/open.ts";
import type { Server } from "./server.ts";

export const ADMIN = "maya@example.com";
export const PASSWORD = "lantern gravel otter meridian";
export const AUTH = `${ADMIN}:${PASSWORD}`;

export interface Setup {
  key: string;
  sourceId: number;
}

/**
 * Creates the first admin as `deno task create-admin` does, on a migrated database, without a process for it; but that
 * the password costs little to check, which the process does at every request of a test.
 */
export async function createAdmin(
  { DATABASE_URL: url = "" }: Record<string, string>,
): Promise<void> {
  const store = await openStore({ url });
  try {
    const admin = { email: ADMIN, name: "Maya Okafor", password: PASSWORD };
    await saveAdmin(store, { ...admin, reset: false }, Date.now());
    const account = await store.accounts.findByEmail(ADMIN);
    assert.ok(account);
    const passwordHash = await cheapHash(PASSWORD);
    await store.accounts.update(account.id, { passwordHash }, Date.now());
  } finally {
    await store.close();
  }
}

/** Sets up by the API what the README's walk-through sets up: Maya by SMS, then Idris by e-mail. */
export async function setUp(
  server: Server,
  delayMinutes: number,
): Promise<Setup> {
  const create = async (path: string, body: unknown) => {
    const reply = await server.request("POST", `/api/v1${path}`, {
      auth: AUTH,
      body,
    });
    assert.equal(reply.status, 201, `${path}: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const team = await create("/teams", { name: "Payments" });
  const maya = await server.request("GET", "/api/v1/responders", {
    auth: AUTH,
  });
  const mayaId = maya.body.items[0].id;
  await create(`/responders/${mayaId}/contact-methods`, {
    channel: "sms",
    address: "+447700900123",
  });
  const idris = await create("/responders", {
    name: "Idris Bello",
    email: "idris@example.com",
  });
  await create(`/responders/${idris.id}/contact-methods`, {
    channel: "email",
    address: "idris@example.com",
  });
  const schedule = await create("/schedules", {
    name: "Payments primary",
    team_id: team.id,
    time_zone: "Europe/London",
  });
  await create(`/schedules/${schedule.id}/entries`, {
    responder_id: mayaId,
    starts_at: new Date(Date.now() - 60_000).toISOString(),
    ends_at: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const policy = await create("/escalation-policies", {
    name: "Payments, day and night",
    team_id: team.id,
    repeat_count: 0,
    steps: [
      {
        delay_minutes: delayMinutes,
        targets: [{ type: "schedule", id: schedule.id }],
      },
      { delay_minutes: 60, targets: [{ type: "responder", id: idris.id }] },
    ],
  });
  const source = await create("/alert-sources", {
    name: "Checkout",
    kind: "generic",
    team_id: team.id,
    escalation_policy_id: policy.id,
  });
  return { key: source.api_key, sourceId: source.id };
}

export function settings(
  url: string,
  infobip: FakeInfobip,
  smtp: FakeSmtp,
): Record<string, string> {
  return {
    DATABASE_URL: url,
    NOTIFICATION_SENDING_ENABLED: "true",
    NOTIFICATION_CONCURRENCY: "1",
    PAGE_BUNDLING_SECONDS: "0",
    INFOBIP_BASE_URL: infobip.baseUrl,
    INFOBIP_API_KEY: "test-api-key",
    INFOBIP_SMS_SENDER: "PagerPal",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(smtp.port),
    SMTP_FROM: "pager@example.com",
  };
}

export const ALERT = {
  external_id: "checkout-5xx",
  title: "Checkout API: error rate above 20 %",
  severity: "critical",
};
