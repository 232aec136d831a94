import assert from "node:assert/strict";
import { createCodeHash } from "../../src/app/responders/code_hash.ts";
import { confirmVerification } from "../../src/app/responders/confirm_verification.ts";
import {
  addContactMethod,
  changeContactMethod,
} from "../../src/app/responders/contact_methods.ts";
import type { Immediate } from "../../src/app/delivery/immediate.ts";
import { pageMe } from "../../src/app/delivery/page_me.ts";
import { prune } from "../../src/app/prune.ts";
import { RefusedError } from "../../src/app/refused_error.ts";
import { sendVerification } from "../../src/app/responders/send_verification.ts";
import type {
  ContactMethod,
  UserAccount,
} from "../../src/domain/responders/people.ts";
import type { OutgoingMessage, SendResult } from "../../src/ports/channel.ts";
import type { Store } from "../../src/ports/store.ts";
import { forEachStore, type TestBackend } from "../stores.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 9);
const MINUTE_MS = 60_000;
const SENT: SendResult = { outcome: "sent", providerMessageId: null };

/** One person with an account and a telephone, and a provider that answers as told. */
class Bench {
  nowMs = NOW_MS;
  readonly sent: OutgoingMessage[] = [];
  answer: SendResult | null = SENT;
  readonly deps: Immediate;

  private constructor(
    readonly store: Store,
    readonly backend: TestBackend,
    readonly account: UserAccount,
    public method: ContactMethod,
  ) {
    this.deps = this.depsOn(store);
  }

  static async open(store: Store, backend: TestBackend): Promise<Bench> {
    const account = await createAccount(store, "maya@example.com");
    const { responderId } = account;
    const by = { by: account, nowMs: NOW_MS };
    const method = await store.transaction((tx) =>
      addContactMethod(tx, { responderId, fields: FIELDS }, by)
    );
    return new Bench(store, backend, account, method);
  }

  depsOn(store: Store): Immediate {
    return {
      store,
      clock: () => this.nowMs,
      newId: () => crypto.randomUUID(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      hashCode: createCodeHash("a secret key of these tests"),
      baseUrl: "https://pager.example.com",
      sendingEnabled: true,
      sendMessage: (_channel, message) => {
        this.sent.push(message);
        return Promise.resolve(this.answer);
      },
    };
  }

  /** The code of the last message. */
  get code(): string {
    const last = this.sent.at(-1);
    assert.ok(last?.kind === "verification");
    return last.code;
  }

  /** A code that is not the last one. */
  get wrongCode(): string {
    return String((Number(this.code) + 1) % 1_000_000).padStart(6, "0");
  }

  send(by = this.account, method = this.method) {
    return sendVerification(this.deps, { method, by });
  }

  confirm(code: string, deps = this.deps) {
    const key = {
      responderId: this.account.responderId,
      methodId: this.method.id,
    };
    return confirmVerification(deps, { key, code, by: this.account });
  }

  async change(fields: Partial<typeof FIELDS>): Promise<void> {
    const key = {
      responderId: this.account.responderId,
      methodId: this.method.id,
    };
    const by = { by: this.account, nowMs: this.nowMs };
    this.method = await this.store.transaction((tx) =>
      changeContactMethod(tx, { key, fields }, by)
    );
  }
}

const FIELDS = {
  channel: "sms" as ContactMethod["channel"],
  address: "+447700900123",
  label: "",
  enabled: true,
};

async function createAccount(store: Store, email: string) {
  const responder = await store.responders.insert(
    { name: "Maya", email, timeZone: "UTC", notifyOnResolve: false },
    NOW_MS,
  );
  return await store.accounts.insert({
    responderId: responder.id,
    email,
    passwordHash: "x",
    role: "responder",
    enabled: true,
  }, NOW_MS);
}

function test(name: string, body: (bench: Bench) => Promise<void>): void {
  forEachStore(
    name,
    async (store, backend) => await body(await Bench.open(store, backend)),
  );
}

async function refuses(work: Promise<unknown>, code: string): Promise<string> {
  let said = "";
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof RefusedError, String(error));
    assert.equal(error.code, code, error.message);
    said = error.message;
    return true;
  });
  return said;
}

test("the code that was sent verifies the contact method, once", async (bench) => {
  const { expiresAtMs } = await bench.send();
  assert.equal(expiresAtMs, NOW_MS + 15 * MINUTE_MS);
  assert.equal(bench.sent[0]?.address, FIELDS.address);
  bench.nowMs += MINUTE_MS;
  const { code } = bench;
  const verified = await bench.confirm(`${code.slice(0, 3)} ${code.slice(3)}`);
  assert.equal(verified.verifiedAtMs, NOW_MS + MINUTE_MS);
  await refuses(bench.confirm(code), "no_code");
  const method = await bench.store.responders.findContactMethod(
    bench.method.id,
  );
  assert.ok(method);
  await refuses(bench.send(bench.account, method), "already_verified");
});

test("a code is good a moment before fifteen minutes and not at fifteen", async (bench) => {
  await bench.send();
  bench.nowMs = NOW_MS + 15 * MINUTE_MS;
  await refuses(bench.confirm(bench.code), "code_expired");
  bench.nowMs -= 1;
  assert.ok((await bench.confirm(bench.code)).verifiedAtMs);
});

test("five tries and no more, the right code at the sixth too late", async (bench) => {
  await bench.send();
  await refuses(bench.confirm("not a code"), "validation_failed");
  for (
    const left of ["4 tries are", "3 tries are", "2 tries are", "One try is"]
  ) {
    const said = await refuses(bench.confirm(bench.wrongCode), "wrong_code");
    assert.ok(said.includes(left), said);
  }
  const last = await refuses(bench.confirm(bench.wrongCode), "wrong_code");
  assert.match(last, /the last try\. Send a new code/);
  await refuses(bench.confirm(bench.code), "code_used_up");
  await bench.send();
  assert.ok((await bench.confirm(bench.code)).verifiedAtMs);
});

test("the right code counts at the fifth try", async (bench) => {
  await bench.send();
  for (let tries = 0; tries < 4; tries++) {
    await refuses(bench.confirm(bench.wrongCode), "wrong_code");
  }
  assert.ok((await bench.confirm(bench.code)).verifiedAtMs);
});

test("two processes that guess at once have five tries together", async (bench) => {
  await bench.send();
  const other = bench.depsOn(await bench.backend.openAnother());
  const { wrongCode } = bench;
  const outcomes = await Promise.all(
    Array.from(
      { length: 12 },
      (_, index) =>
        bench.confirm(wrongCode, index % 2 === 0 ? bench.deps : other)
          .then(() => "verified", (error) => error.code),
    ),
  );
  assert.equal(outcomes.filter((one) => one === "wrong_code").length, 5);
  assert.equal(outcomes.filter((one) => one === "code_used_up").length, 7);
});

test("the right code from two processes at once is taken once", async (bench) => {
  await bench.send();
  const other = bench.depsOn(await bench.backend.openAnother());
  const outcomes = await Promise.all(
    [bench.deps, other].map((deps) =>
      bench.confirm(bench.code, deps).then(() => "verified", ({ code }) => code)
    ),
  );
  assert.deepEqual(outcomes.toSorted(), ["no_code", "verified"]);
});

test("a new code makes the older one worthless", async (bench) => {
  await bench.send();
  const older = bench.code;
  await bench.send();
  if (older !== bench.code) await refuses(bench.confirm(older), "wrong_code");
  assert.ok((await bench.confirm(bench.code)).verifiedAtMs);
});

test("a changed address cancels the code and the proof; a changed label neither", async (bench) => {
  await bench.send();
  await bench.change({ label: "Night phone", enabled: false });
  assert.ok((await bench.confirm(bench.code)).verifiedAtMs);
  await bench.change({ label: "Day phone" });
  assert.ok(bench.method.verifiedAtMs);
  // The same number in other words.
  await bench.change({ address: "+44 7700 900123" });
  assert.ok(bench.method.verifiedAtMs);
  await bench.change({ address: "+447700900124" });
  assert.equal(bench.method.verifiedAtMs, null);
  await bench.send();
  await bench.change({ channel: "whatsapp" });
  await refuses(bench.confirm(bench.code), "no_code");
  await bench.change({ channel: "sms" });
  await refuses(bench.confirm(bench.code), "no_code");
});

test("a code for an address that was changed while it was being sent proves nothing", async (bench) => {
  const { method } = bench;
  await bench.change({ address: "+447700900124" });
  await bench.send(bench.account, method);
  await refuses(bench.confirm(bench.code), "no_code");
});

test("nobody is pestered: three codes to one address, from whichever account and contact method", async (bench) => {
  const colleague = await createAccount(bench.store, "idris@example.com");
  const by = { by: colleague, nowMs: NOW_MS };
  const theirs = await bench.store.transaction((tx) =>
    addContactMethod(tx, {
      responderId: colleague.responderId,
      fields: { ...FIELDS, channel: "whatsapp" },
    }, by)
  );
  await bench.send();
  await bench.send(colleague, theirs);
  await bench.send();
  await refuses(bench.send(), "too_many_codes");
  await refuses(bench.send(colleague, theirs), "too_many_codes");
  assert.equal(bench.sent.length, 3);
  bench.nowMs += 30 * MINUTE_MS;
  await bench.send();
  await refuses(bench.send(), "too_many_codes");
});

test("one account sends ten codes, however many addresses it names", async (bench) => {
  for (let index = 0; index < 10; index++) {
    await bench.change({ address: `+4477009001${10 + index}` });
    await bench.send();
  }
  await bench.change({ address: "+447700900199" });
  const said = await refuses(bench.send(), "too_many_codes");
  assert.match(said, /You have sent many codes/);
  assert.equal(bench.sent.length, 10);
});

test("a code that was not sent is not good, and the provider's words are told", async (bench) => {
  bench.answer = { outcome: "permanent", error: "No such number." };
  const said = await refuses(bench.send(), "not_sent");
  assert.equal(said, "The code was not sent: No such number.");
  await refuses(bench.confirm(bench.code), "no_code");
  bench.answer = null;
  assert.match(
    await refuses(bench.send(), "not_sent"),
    /No provider is set up/,
  );
  bench.answer = { outcome: "retry", error: "No answer.", retryAfterMs: null };
  assert.match(await refuses(bench.send(), "not_sent"), /may not have left/);
  // It may have left all the same.
  assert.ok((await bench.confirm(bench.code)).verifiedAtMs);
});

test("while sending is switched off no code leaves, and the refusal says so", async (bench) => {
  const deps = { ...bench.deps, sendingEnabled: false };
  const { method, account: by } = bench;
  const said = await refuses(
    sendVerification(deps, { method, by }),
    "not_sent",
  );
  assert.match(said, /Sending is switched off/);
  assert.equal(bench.sent.length, 0);
});

test("the code is nowhere in the database, not even as a plain hash", async (bench) => {
  await bench.send();
  await refuses(bench.confirm(bench.wrongCode), "wrong_code");
  const { store, code } = bench;
  const row = await store.verifications.find(bench.method.id);
  const log = await store.auditLog.list({}, { page: 1, pageSize: 50 });
  const entries = log.items.filter(({ action }) => /code|verify/.test(action));
  assert.deepEqual(entries.map(({ detail }) => JSON.parse(detail)), [
    { channel: "sms", outcome: "sent" },
  ]);
  assert.ok(!JSON.stringify([row?.codeHash, entries]).includes(code));
  const unkeyed = createCodeHash("another key");
  assert.ok(row);
  assert.notEqual(unkeyed(row, code), row.codeHash);
  assert.equal(bench.deps.hashCode(row, code), row.codeHash);
  assert.notEqual(
    bench.deps.hashCode({ ...row, salt: "" }, code),
    row.codeHash,
  );
  bench.nowMs += 15 * MINUTE_MS;
  await prune({ store, clock: () => bench.nowMs });
  assert.equal(await store.verifications.find(bench.method.id), null);
});

test("a page to oneself goes by every way of the rules, once each, and tells how each went", async (bench) => {
  const { store, account: by } = bench;
  const add = (fields: Partial<typeof FIELDS>) =>
    store.transaction((tx) =>
      addContactMethod(tx, {
        responderId: by.responderId,
        fields: { ...FIELDS, ...fields },
      }, { by, nowMs: NOW_MS })
    );
  const mail = await add({ channel: "email", address: "maya@example.com" });
  await add({ channel: "whatsapp" });
  const sms = bench.method;
  await store.responders.setContactRules(by.responderId, [
    { urgency: "high", contactMethodId: mail.id, delayMinutes: 2 },
    { urgency: "high", contactMethodId: sms.id, delayMinutes: 0 },
    { urgency: "high", contactMethodId: sms.id, delayMinutes: 1 },
  ]);
  const paged = await pageMe(bench.deps, by);
  assert.deepEqual(
    paged.map(({ method, afterMs }) => [method.id, afterMs]),
    [[sms.id, [0, MINUTE_MS]], [mail.id, [2 * MINUTE_MS]]],
  );
  assert.deepEqual(
    bench.sent.map((one) => [one.kind, one.address]),
    [["page", sms.address], ["page", mail.address]],
  );
  assert.ok(bench.sent[0]?.kind === "page");
  assert.equal(bench.sent[0].incident.severity, "critical");
  assert.ok(bench.sent[0].incident.isTest);
  bench.answer = null;
  const [unset] = await pageMe(bench.deps, by);
  assert.equal(unset?.result.outcome, "permanent");
  await refuses(pageMe(bench.deps, by), "too_many_test_pages");
  assert.equal(bench.sent.length, 4);
});

test("whoever has no contact method that is on is told so, and nothing is sent", async (bench) => {
  await bench.change({ enabled: false });
  const said = await refuses(
    pageMe(bench.deps, bench.account),
    "not_reachable",
  );
  assert.match(said, /no alert reaches you either/);
  assert.equal(bench.sent.length, 0);
});
