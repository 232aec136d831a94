import { deepEqual, equal, match, ok } from "node:assert/strict";
import { verifyPassword } from "../../src/app/accounts/passwords.ts";
import type { Store } from "../../src/ports/store.ts";
import { withStore } from "../stores.ts";
import { type Ended, runScript } from "./scripts.ts";

const PASSWORD = "violet kettle outruns rain";

interface Terminal {
  store: Store;
  createAdmin(args: string[], input?: string): Promise<Ended>;
}

function test(name: string, body: (terminal: Terminal) => Promise<void>): void {
  Deno.test(name, () =>
    withStore("libSQL", (store, { url }) =>
      body({
        store,
        createAdmin: (args, input = `${PASSWORD}\n`) =>
          runScript("create_admin", {
            args,
            input,
            env: { DATABASE_URL: url },
          }),
      })));
}

test("create_admin makes an enabled admin whom e-mail reaches, from a password on standard input", async ({ store, createAdmin }) => {
  const { code, out, err } = await createAdmin([
    "Maya@Example.com",
    "--name",
    "Maya Okafor",
  ]);
  equal(code, 0, err);
  match(out, /maya@example\.com is an admin now/);
  ok(!`${out}${err}`.includes(PASSWORD));
  const account = await store.accounts.findByEmail("maya@example.com");
  ok(account);
  equal(account.role, "admin");
  equal(account.enabled, true);
  ok(await verifyPassword(account.passwordHash, PASSWORD));
  const responder = await store.responders.find(account.responderId);
  equal(responder?.name, "Maya Okafor");
  const methods = await store.responders.contactMethods(account.responderId);
  deepEqual(methods.map(({ channel, address }) => [channel, address]), [
    ["email", "maya@example.com"],
  ]);
  const { items } = await store.auditLog.list({}, { page: 1, pageSize: 10 });
  deepEqual(items.map(({ action }) => action), ["account.create"]);
});

test("only the first line of standard input counts, without its line end", async ({ store, createAdmin }) => {
  await createAdmin(["maya@example.com"], `${PASSWORD}\r\nmore\n`);
  const account = await store.accounts.findByEmail("maya@example.com");
  ok(await verifyPassword(account?.passwordHash ?? null, PASSWORD));
  const responder = await store.responders.find(account?.responderId ?? 0);
  equal(responder?.name, "maya");
});

test("a weak password is refused and the reason said; nothing is written", async ({ store, createAdmin }) => {
  const weak: [string, RegExp][] = [
    ["short\n", /at least 12 characters/],
    ["maya@example.com\n", /must not contain the e-mail address/],
    ["passwordpassword1\n", /too easy to guess/],
    ["", /No password came/],
  ];
  for (const [input, reason] of weak) {
    const { code, err } = await createAdmin(["maya@example.com"], input);
    equal(code, 1);
    match(err, reason);
  }
  equal(await store.accounts.findByEmail("maya@example.com"), null);
  equal(await store.responders.findByEmail("maya@example.com"), null);
});

test("an account that exists is left alone, unless its password is to be reset", async ({ store, createAdmin }) => {
  await createAdmin(["maya@example.com"]);
  const before = await store.accounts.findByEmail("maya@example.com");
  const other = "eleven quiet granite harbours";
  const refused = await createAdmin(["maya@example.com"], `${other}\n`);
  equal(refused.code, 1);
  match(refused.err, /has an account already\. .*--reset-password/);
  deepEqual(await store.accounts.findByEmail("maya@example.com"), before);

  await store.accounts.update(before?.id ?? 0, {
    enabled: false,
    role: "viewer",
  }, 0);
  const reset = await createAdmin(
    ["maya@example.com", "--reset-password"],
    `${other}\n`,
  );
  equal(reset.code, 0, reset.err);
  const after = await store.accounts.findByEmail("maya@example.com");
  ok(await verifyPassword(after?.passwordHash ?? null, other));
  equal(after?.role, "admin");
  equal(after?.enabled, true);
});

test("a password is not reset where there is no account", async ({ store, createAdmin }) => {
  const { code, err } = await createAdmin([
    "maya@example.com",
    "--reset-password",
  ]);
  equal(code, 1);
  match(err, /There is no account maya@example\.com/);
  equal(await store.accounts.findByEmail("maya@example.com"), null);
});

test("a responder of the address gets the account, and stays who they are", async ({ store, createAdmin }) => {
  const row = {
    name: "Maya O.",
    email: "maya@example.com",
    timeZone: "Europe/London",
    notifyOnResolve: true,
  };
  const { id } = await store.responders.insert(row, 0);
  await createAdmin(["maya@example.com", "--name", "Somebody"]);
  const account = await store.accounts.findByEmail("maya@example.com");
  equal(account?.responderId, id);
  equal((await store.responders.find(id))?.name, "Maya O.");
});

test("what is no e-mail address is a wrong call", async ({ createAdmin }) => {
  const { code, err } = await createAdmin(["maya"]);
  equal(code, 2);
  match(err, /"maya" is no e-mail address/);
});
