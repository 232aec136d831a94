import assert from "node:assert/strict";
import type { Role } from "../../src/domain/responders/people.ts";
import { withStore } from "../stores.ts";
import { Desk, NOW_MS, patch, post, put } from "./desk.ts";

function test(
  name: string,
  body: (desk: Desk, at: At) => Promise<void>,
): void {
  Deno.test(name, () =>
    withStore("libSQL", async (store) => {
      const desk = await Desk.open(store);
      await body(desk, await phoneOf(desk, "responder"));
    }));
}

interface At {
  methods: string;
  method: string;
  id: number;
}

/** A telephone of the one who has this role. */
async function phoneOf(desk: Desk, role: Role): Promise<At> {
  const methods = `/api/v1/responders/${
    desk.accounts[role].responderId
  }/contact-methods`;
  const phone = { channel: "sms", address: "+44 7700 900123" };
  const { body } = await desk.as("admin")(methods, post(phone));
  return { methods, method: `${methods}/${body.id}`, id: body.id };
}

function codeIn(desk: Desk): string {
  const last = desk.sent.at(-1);
  assert.ok(last?.kind === "verification");
  return last.code;
}

test(
  "a code goes out, is typed in, and the contact method is verified",
  async (desk, { method }) => {
    const maya = desk.as("responder");
    assert.equal((await maya(method)).body.verified_at, null);
    const sent = await maya(`${method}/verification`, post({}));
    assert.equal(sent.status, 202);
    assert.equal(sent.body.expires_at, "2026-11-23T09:15:00.000Z");
    const code = codeIn(desk);
    assert.ok(!JSON.stringify(sent.body).includes(code));
    const confirm = `${method}/verification/confirm`;
    const done = await maya(confirm, post({ code }));
    assert.equal(done.status, 200);
    assert.equal(done.body.verified_at, new Date(NOW_MS).toISOString());
    assert.deepEqual((await maya(method)).body, done.body);
    assert.equal((await maya(confirm, post({ code }))).body.code, "no_code");
    const again = await maya(`${method}/verification`, post({}));
    assert.deepEqual([again.status, again.body.code], [
      409,
      "already_verified",
    ]);
    const moved = await maya(method, patch({ address: "+447700900124" }));
    assert.equal(moved.body.verified_at, null);
  },
);

test(
  "wrong, used up, expired and throttled each say what to do",
  async (desk, { method }) => {
    const maya = desk.as("responder");
    const confirm = `${method}/verification/confirm`;
    const none = await maya(confirm, post({ code: "123456" }));
    assert.deepEqual([none.status, none.body.code], [409, "no_code"]);
    await maya(`${method}/verification`, post({}));
    const code = codeIn(desk);
    const wrong = code === "111111" ? "222222" : "111111";
    for (let tries = 0; tries < 5; tries++) {
      const refused = await maya(confirm, post({ code: wrong }));
      assert.equal(refused.status, 422);
      assert.equal(refused.body.code, "wrong_code");
      assert.equal(refused.body.errors[0].field, "code");
    }
    const used = await maya(confirm, post({ code }));
    assert.deepEqual([used.status, used.body.code], [409, "code_used_up"]);
    await maya(`${method}/verification`, post({}));
    desk.nowMs += 15 * 60_000;
    const late = await maya(confirm, post({ code: codeIn(desk) }));
    assert.deepEqual([late.status, late.body.code], [409, "code_expired"]);
    await maya(`${method}/verification`, post({}));
    const throttled = await maya(`${method}/verification`, post({}));
    assert.deepEqual(
      [throttled.status, throttled.body.code],
      [429, "too_many_codes"],
    );
    assert.ok(Number(throttled.headers.get("retry-after")) > 0);
  },
);

test(
  "what is no code costs no try, whatever it is",
  async (desk, { method }) => {
    const maya = desk.as("responder");
    const confirm = `${method}/verification/confirm`;
    await maya(`${method}/verification`, post({}));
    const hostile = [
      "",
      "12345",
      "1234567",
      "12345a",
      "' OR 1=1 --",
      "123456\u0000",
      "١٢٣٤٥٦",
      "9".repeat(10_000),
      123456,
      null,
      ["123456"],
      {},
    ];
    for (const code of hostile) {
      const { status } = await maya(confirm, post({ code }));
      assert.equal(status, 422, JSON.stringify(code)?.slice(0, 30));
    }
    assert.equal((await maya(confirm, post({}))).status, 422);
    assert.equal((await maya(confirm, post([]))).status, 422);
    const done = await maya(confirm, post({ code: codeIn(desk) }));
    assert.equal(done.status, 200);
  },
);

test(
  "an admin starts and ends it for anybody, a responder for themselves, a viewer for nobody",
  async (desk, { method, id }) => {
    const paths = ["verification", "verification/confirm", "test"];
    const theirs = await phoneOf(desk, "admin");
    const own = await phoneOf(desk, "viewer");
    for (const end of paths) {
      const asked = post({ code: "123456" });
      const answer = await desk.as("responder")(
        `${theirs.method}/${end}`,
        asked,
      );
      assert.deepEqual([answer.status, answer.body.code], [
        403,
        "not_your_own",
      ]);
      for (const one of [method, own.method]) {
        const refused = await desk.as("viewer")(`${one}/${end}`, asked);
        assert.equal(refused.status, 403);
      }
      const crossed = `${theirs.methods}/${id}/${end}`;
      assert.equal((await desk.as("admin")(crossed, asked)).status, 404);
    }
    assert.equal(
      (await desk.as("viewer")("/api/v1/accounts/me/page", post({}))).status,
      403,
    );
    assert.equal(desk.sent.length, 0);
    const admin = desk.as("admin");
    assert.equal((await admin(`${method}/verification`, post({}))).status, 202);
    const code = codeIn(desk);
    const done = await admin(`${method}/verification/confirm`, post({ code }));
    assert.equal(done.status, 200);
    const log = await desk.store.auditLog.list(
      { objectKind: "contact_method", objectId: id },
      { page: 1, pageSize: 10 },
    );
    assert.deepEqual(log.items.map(({ action, actor }) => [action, actor]), [
      ["contact_method.verify", "admin@example.com"],
      ["contact_method.send_code", "admin@example.com"],
      ["contact_method.create", "admin@example.com"],
    ]);
    for (const { detail } of log.items) assert.ok(!detail.includes(code));
  },
);

test(
  "a test page and a page to oneself tell what became of each",
  async (desk, { methods, method, id }) => {
    const maya = desk.as("responder");
    desk.answer = { outcome: "permanent", error: "No such number." };
    assert.deepEqual((await maya(`${method}/test`, post({}))).body, {
      outcome: "permanent",
      error: "No such number.",
    });
    desk.answer = { outcome: "sent", providerMessageId: "x" };
    const sent = await maya(`${method}/test`, post({}));
    assert.deepEqual(sent.body, { outcome: "sent", error: null });
    const mail = await maya(
      methods,
      post({ channel: "email", address: "maya@example.com" }),
    );
    const rule = (minutes: number, method = id) => ({
      urgency: "high",
      contact_method_id: method,
      delay_minutes: minutes,
    });
    const rules = [rule(0), rule(0.5), rule(5, mail.body.id)];
    const path = methods.replace("contact-methods", "contact-rules");
    assert.deepEqual((await maya(path, put({ rules }))).body.items, rules);
    const paged = await maya("/api/v1/accounts/me/page", post({}));
    assert.deepEqual(paged.body.items, [
      {
        contact_method_id: id,
        channel: "sms",
        address: "+447700900123",
        after_minutes: [0, 0.5],
        outcome: "sent",
        error: null,
      },
      {
        contact_method_id: mail.body.id,
        channel: "email",
        address: "maya@example.com",
        after_minutes: [5],
        outcome: "sent",
        error: null,
      },
    ]);
    await maya("/api/v1/accounts/me/page", post({}));
    const third = await maya("/api/v1/accounts/me/page", post({}));
    assert.deepEqual([third.status, third.body.code], [
      429,
      "too_many_test_pages",
    ]);
  },
);

test(
  "the same rule twice is refused by the name of the second",
  async (desk, { methods, id }) => {
    const rule = { urgency: "low", contact_method_id: id, delay_minutes: 3 };
    const path = methods.replace("contact-methods", "contact-rules");
    const other = { ...rule, delay_minutes: 4 };
    const refused = await desk.as("responder")(
      path,
      put({ rules: [rule, other, rule] }),
    );
    assert.equal(refused.status, 422);
    assert.equal(refused.body.errors[0].field, "rules.2.delay_minutes");
  },
);
