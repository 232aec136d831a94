import assert from "node:assert/strict";
import { isRole } from "../../src/http/auth/access.ts";
import {
  allows,
  type Role,
  ROLES,
} from "../../src/domain/responders/people.ts";
import { withStore } from "../stores.ts";
import { basic, DELETE, Desk, PASSWORD, patch, post } from "./desk.ts";

function test(
  name: string,
  body: (desk: Desk) => Promise<void>,
  more: Parameters<typeof Desk.open>[1] = {},
): void {
  Deno.test(name, () =>
    withStore(
      "libSQL",
      async (store) => await body(await Desk.open(store, more)),
    ));
}

const ME = "/api/v1/accounts/me";

test("every route lets in exactly the roles it declares, and nobody without a login", async (desk) => {
  let walked = 0;
  for (const { method, path, access } of desk.routes.declared) {
    if (!isRole(access)) continue;
    walked++;
    // Ids that do not exist and no body: whoever is let in gets as far as 404 or 422, and nothing changes.
    const address = path.replaceAll(/\{\w+\}/g, "999999");
    const asked = { method: method.toUpperCase() };
    const where = `${asked.method} ${path}`;
    assert.equal((await desk.ask(address, asked)).status, 401, where);
    for (const role of ROLES) {
      const { status, body } = await desk.as(role)(address, asked);
      if (allows(role, access)) {
        assert.ok(status !== 401 && status < 500, `${where} as ${role}`);
        assert.notEqual(body.code, "forbidden", `${where} as ${role}`);
      } else {
        assert.equal(status, 403, `${where} as ${role}`);
        assert.equal(body.code, "forbidden");
      }
    }
  }
  assert.ok(walked > 60, `only ${walked} routes have a role`);
});

test("the routes that need no account are these and no others", (desk) => {
  const open = desk.routes.declared
    .filter(({ access }) => !isRole(access))
    .map(({ method, path, access }) => `${access} ${method} ${path}`);
  const kinds = ["alerts", "webhooks/grafana", "webhooks/cloudwatch"]
    .concat("webhooks/alertmanager");
  const intake = kinds.flatMap((kind) =>
    ["post", "put"].flatMap((method) =>
      ["", "/{key}"].map((end) => `source_key ${method} /api/v1/${kind}${end}`)
    )
  );
  const receipts = "/api/v1/notifications/infobip/receipts";
  assert.deepEqual(
    open.sort(),
    [
      ...intake,
      "public get /health",
      "public get /health/ready",
      "metrics_token get /metrics",
      "public get /api/docs/style.css",
      `receipt_token post ${receipts}`,
      `receipt_token post ${receipts}/{token}`,
    ].sort(),
  );
  return Promise.resolve();
});

test("writing as a viewer changes nothing, and reading without a login tells nothing", async (desk) => {
  const { id } = await desk.source();
  const path = `/api/v1/alert-sources/${id}`;
  const before = await desk.as("admin")(path);
  for (const role of ["viewer", "responder"] as const) {
    const as = desk.as(role);
    assert.equal((await as(path, patch({ name: "mine" }))).status, 403);
    assert.equal((await as(path, DELETE)).status, 403);
    assert.equal((await as(`${path}/regenerate-key`, post({}))).status, 403);
  }
  assert.deepEqual((await desk.as("admin")(path)).body, before.body);
});

test("a wrong password, an unknown account and a disabled one are answered alike", async (desk) => {
  const admin = desk.as("admin");
  const { responderId } = desk.accounts.viewer;
  await admin(
    `/api/v1/responders/${responderId}/account`,
    patch({ enabled: false }),
  );
  const answers = [];
  for (
    const [email, password] of [
      ["responder@example.com", "not the password"],
      ["nobody@example.com", PASSWORD],
      ["viewer@example.com", PASSWORD],
      ["responder@example.com", ""],
      ["", PASSWORD],
      ["responder@example.com\0", PASSWORD],
      ["' OR 1=1 --", PASSWORD],
      [`${"x".repeat(5_000)}@example.com`, PASSWORD],
    ] as const
  ) {
    const { status, headers, body } = await desk.ask(ME, {
      headers: { authorization: basic(email, password) },
    });
    assert.equal(status, 401, email.slice(0, 30));
    assert.match(headers.get("www-authenticate") ?? "", /^Basic /);
    answers.push(JSON.stringify({ ...body, request_id: "" }));
  }
  assert.equal(new Set(answers).size, 1);
});

test("an account that is disabled is out with its next request, remembered password or not", async (desk) => {
  const viewer = desk.as("viewer");
  assert.equal((await viewer(ME)).status, 200);
  const { id } = desk.accounts.viewer;
  await desk.store.accounts.update(id, { enabled: false }, desk.nowMs);
  assert.equal((await viewer(ME)).status, 401);
  await desk.store.accounts.update(id, { enabled: true }, desk.nowMs);
  assert.equal((await viewer(ME)).status, 200);
});

test("a password that was changed stops working at once", async (desk) => {
  const viewer = desk.as("viewer");
  const change = (current_password: string, new_password: string) =>
    viewer(`${ME}/password`, post({ current_password, new_password }));
  assert.equal((await change("wrong", "nine loud herons")).status, 422);
  assert.equal((await change(PASSWORD, "short")).status, 422);
  assert.equal((await change(PASSWORD, "password1234")).status, 422);
  assert.equal((await change(PASSWORD, "viewer-viewer-1")).status, 422);
  assert.equal((await change(PASSWORD, "nine loud herons")).status, 204);
  assert.equal((await viewer(ME)).status, 401);
  const headers = {
    authorization: basic("Viewer@Example.com", "nine loud herons"),
  };
  assert.equal((await desk.ask(ME, { headers })).status, 200);
});

test("guessing is slowed down per account and place, whether the account exists or not", async (desk) => {
  for (const email of ["viewer@example.com", "nobody@example.com"]) {
    const guess = () =>
      desk.ask(ME, {
        headers: { authorization: basic(email, "a guess") },
        from: "198.51.100.7",
      });
    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push((await guess()).status);
    assert.deepEqual(statuses, [...Array(10).fill(401), 429, 429], email);
    const refused = await guess();
    assert.equal(refused.body.code, "too_many_logins");
    assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  }
  const right = {
    headers: { authorization: basic("viewer@example.com", PASSWORD) },
  };
  const stillSlow = await desk.ask(ME, { ...right, from: "198.51.100.7" });
  assert.equal(stillSlow.status, 429);
  const elsewhere = await desk.ask(ME, { ...right, from: "203.0.113.5" });
  assert.equal(elsewhere.status, 200);
  desk.nowMs += 40_000;
  const later = await desk.ask(ME, { ...right, from: "198.51.100.7" });
  assert.equal(later.status, 200);
});

test("one place that tries many accounts is slowed down, and an IPv6 network is one place", async (desk) => {
  const statuses = [];
  for (let i = 0; i < 65; i++) {
    const { status } = await desk.ask(ME, {
      headers: { authorization: basic(`a${i}@example.com`, "a guess") },
      from: `2001:db8:0:1::${i.toString(16)}`,
    });
    statuses.push(status);
  }
  assert.deepEqual(statuses.slice(0, 60), Array(60).fill(401));
  assert.deepEqual(statuses.slice(60), Array(5).fill(429));
});

test("a page of another origin cannot use the login that a browser remembers", async (desk) => {
  const admin = desk.as("admin");
  const from = (origin: string) =>
    admin("/api/v1/teams", post({ name: origin }, { origin }));
  for (
    const origin of [
      "https://evil.example",
      "null",
      "https://pager.example.com.evil.example",
    ]
  ) {
    const { status, body } = await from(origin);
    assert.equal(status, 403, origin);
    assert.equal(body.code, "origin_not_allowed");
  }
  assert.equal((await from("https://pager.example.com")).status, 201);
});

async function newToken(
  desk: Desk,
  role: Role,
  json: Record<string, unknown> = {},
): Promise<{ id: number; headers: { authorization: string } }> {
  const { status, body } = await desk.as("admin")(
    "/api/v1/api-tokens",
    post({ name: "a script", role, ...json }),
  );
  assert.equal(status, 201);
  return { id: body.id, headers: { authorization: `Bearer ${body.token}` } };
}

test("a token may do what its role may, and nothing that would make it permanent", async (desk) => {
  const viewer = await newToken(desk, "viewer");
  const me = await desk.ask(ME, viewer);
  assert.deepEqual(
    [me.body.role, me.body.effective_role, me.body.authenticated_by],
    ["admin", "viewer", "token"],
  );
  const create = post({ name: "x" });
  const asToken = (asked: typeof create, { headers }: typeof viewer) => ({
    ...asked,
    headers,
  });
  assert.equal(
    (await desk.ask("/api/v1/teams", asToken(create, viewer))).status,
    403,
  );
  const admin = await newToken(desk, "admin");
  assert.equal(
    (await desk.ask("/api/v1/teams", asToken(create, admin))).status,
    201,
  );
  const another = post({ name: "another", role: "viewer" });
  const refused = await desk.ask("/api/v1/api-tokens", asToken(another, admin));
  assert.equal(refused.body.code, "token_not_allowed");
  const password = post({
    current_password: PASSWORD,
    new_password: "nine loud herons",
  });
  const kept = await desk.ask(`${ME}/password`, asToken(password, admin));
  assert.equal(kept.status, 403);
});

test("a token ends with its time, its revocation, its account's rights and its account", async (desk) => {
  const soon = await newToken(desk, "admin", {
    expires_at: new Date(desk.nowMs + 60_000).toISOString(),
  });
  const lasting = await newToken(desk, "admin");
  const revoked = await newToken(desk, "admin");
  assert.equal((await desk.ask(ME, soon)).status, 200);
  desk.nowMs += 60_000;
  assert.equal((await desk.ask(ME, soon)).status, 401);

  const path = `/api/v1/api-tokens/${revoked.id}`;
  assert.equal((await desk.as("viewer")(path, DELETE)).status, 404);
  assert.equal((await desk.ask(ME, revoked)).status, 200);
  assert.equal((await desk.as("admin")(path, DELETE)).status, 204);
  assert.equal((await desk.ask(ME, revoked)).status, 401);

  const { id } = desk.accounts.admin;
  await desk.store.accounts.update(id, { role: "viewer" }, desk.nowMs);
  assert.equal((await desk.ask(ME, lasting)).body.effective_role, "viewer");
  await desk.store.accounts.update(id, { enabled: false }, desk.nowMs);
  assert.equal((await desk.ask(ME, lasting)).status, 401);
});

test("a token cannot have more than its account, and lists never show it", async (desk) => {
  const tooMuch = await desk.as("viewer")(
    "/api/v1/api-tokens",
    post({ name: "x", role: "admin" }),
  );
  assert.equal(tooMuch.status, 422);
  assert.equal(tooMuch.body.errors[0].field, "role");
  const past = await desk.as("viewer")(
    "/api/v1/api-tokens",
    post({ name: "x", role: "viewer", expires_at: "2020-01-01T00:00:00Z" }),
  );
  assert.equal(past.body.errors[0].field, "expires_at");
  const { headers } = await newToken(desk, "viewer");
  const text = headers.authorization.slice("Bearer ".length);
  for (const path of ["/api/v1/api-tokens", "/api/v1/audit-log"]) {
    const { body } = await desk.as("admin")(path);
    assert.ok(!JSON.stringify(body).includes(text.slice(12)), path);
  }
  const mine = await desk.as("viewer")("/api/v1/api-tokens");
  assert.equal(mine.body.total, 0);
  const all = await desk.as("admin")("/api/v1/api-tokens");
  assert.equal(all.body.total, 1);
});

test("a token that is broken, unknown or of the right id with another secret is refused", async (desk) => {
  const { headers } = await newToken(desk, "admin");
  const right = headers.authorization;
  for (
    const authorization of [
      "Bearer",
      "Bearer x",
      `${right}x`,
      right.slice(0, -1) + (right.endsWith("a") ? "b" : "a"),
      `Bearer ppt_${"a".repeat(40)}`,
      `Bearer ${"a".repeat(20_000)}`,
      `Token ${right.slice(7)}`,
    ]
  ) {
    const { status } = await desk.ask(ME, { headers: { authorization } });
    assert.equal(status, 401, authorization.slice(0, 30));
  }
});

test("the last admin can be neither demoted, disabled, deleted nor taken away with the responder", async (desk) => {
  const admin = desk.as("admin");
  const { responderId } = desk.accounts.admin;
  const responder = `/api/v1/responders/${responderId}`;
  for (
    const asked of [
      patch({ role: "viewer" }),
      patch({ enabled: false }),
      patch({ enabled: false, role: "admin" }),
      DELETE,
    ]
  ) {
    const { status, body } = await admin(`${responder}/account`, asked);
    assert.equal(status, 409);
    assert.equal(body.code, "last_admin");
  }
  const gone = await admin(responder, DELETE);
  assert.equal(gone.status, 409);
  assert.equal((await admin(ME)).body.role, "admin");
  const other =
    `/api/v1/responders/${desk.accounts.viewer.responderId}/account`;
  assert.equal((await admin(other, patch({ role: "admin" }))).status, 200);
  assert.equal(
    (await admin(`${responder}/account`, patch({ role: "viewer" }))).status,
    200,
  );
});

test("an admin gives, changes and takes a login, and no answer or log holds the password", async (desk) => {
  const admin = desk.as("admin");
  const made = await admin(
    "/api/v1/responders",
    post({ name: "Maya", email: "Maya@Example.com" }),
  );
  const path = `/api/v1/responders/${made.body.id}/account`;
  assert.equal((await admin(path)).status, 404);
  for (const password of ["short", "password1234", "Maya@example.com"]) {
    const answer = await admin(path, post({ password, role: "viewer" }));
    assert.equal(answer.status, 422, password);
    assert.equal(answer.body.errors[0].field, "password");
  }
  const password = "eleven brass kettles";
  const account = await admin(path, post({ password, role: "viewer" }));
  assert.equal(account.status, 201);
  assert.equal(account.body.email, "maya@example.com");
  assert.equal((await admin(path, post({ password }))).status, 409);
  const headers = { authorization: basic("maya@example.com", password) };
  assert.equal((await desk.ask(ME, { headers })).status, 200);
  const reset = "twelve tin drummers";
  await admin(path, patch({ password: reset }));
  assert.equal((await desk.ask(ME, { headers })).status, 401);
  assert.equal((await admin(path, DELETE)).status, 204);
  const log = JSON.stringify((await admin("/api/v1/audit-log")).body);
  for (const secret of [password, reset, "argon2"]) {
    assert.ok(!log.includes(secret), secret);
  }
  assert.match(log, /account\.change_password/);
  assert.match(log, /account\.delete/);
});
