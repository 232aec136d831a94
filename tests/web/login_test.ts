import assert from "node:assert/strict";
import { inHouse, PASSWORD } from "./house.ts";

const HOUR_MS = 3_600_000;

inHouse(
  "whoever opens a new PagerPal makes the first admin, and nobody after",
  async (house) => {
    const tab = house.tab();
    const first = await tab.open("/dashboard");
    assert.equal(first.path, "/setup");

    const weak = await tab.submit("/setup", {
      name: "Ada",
      email: "ada@example.com",
      password: "short",
      time_zone: "Europe/London",
    });
    assert.equal(weak.status, 422);
    assert.match(weak.html, /at least 12 characters/);
    assert.match(weak.html, /value="ada@example.com"/);

    const done = await tab.submit("/setup", {
      name: "Ada",
      email: "Ada@Example.com",
      password: PASSWORD,
      time_zone: "Europe/London",
    });
    assert.equal(done.path, "/dashboard");
    assert.match(done.html, /Nothing is open/);
    const account = await house.store.accounts.findByEmail("ada@example.com");
    assert.equal(account?.role, "admin");

    const late = house.tab();
    assert.equal((await late.open("/setup")).path, "/login");
    const { _csrf } = late.formFields("/login");
    await late.post("/setup", {
      _csrf: _csrf ?? "",
      name: "Eve",
      email: "eve@example.com",
      password: PASSWORD,
      time_zone: "UTC",
    });
    assert.equal(
      await house.store.accounts.findByEmail("eve@example.com"),
      null,
    );
  },
);

inHouse(
  "a login begins a session that only the browser's cookie opens, and logging out ends it",
  async (house) => {
    await house.furnish();
    const tab = house.tab();
    const wrong = await tab.logIn("responder@example.com", "not the password");
    assert.equal(wrong.status, 422);
    assert.match(wrong.html, /not right/);
    assert.ok(!wrong.html.includes("not the password"));

    const right = await tab.logIn("responder@example.com");
    assert.equal(right.path, "/dashboard");
    const token = tab.cookies.get("pagerpal_session") ?? "";
    const sessions = await house.store.sessions.listByAccount(2);
    assert.equal(sessions.length, 1);
    assert.ok(!JSON.stringify(sessions).includes(token));

    const out = await tab.submit("/logout");
    assert.equal(out.path, "/login");
    const thief = house.tab();
    thief.cookies.set("pagerpal_session", token);
    assert.equal(
      (await thief.open("/dashboard")).path,
      "/login?next=%2Fdashboard".split("?")[0],
    );
  },
);

inHouse(
  "a session from before the login is worth nothing after it",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("viewer");
    const before = tab.cookies.get("pagerpal_session") ?? "";
    house.nowMs += 1;
    const other = house.tab();
    other.cookies.set("pagerpal_session", before);
    await other.open("/offline");
    await other.post("/login", {
      ...await formOfLogin(house.tab(), other),
      email: "admin@example.com",
      password: PASSWORD,
    });
    assert.notEqual(other.cookies.get("pagerpal_session"), before);
    assert.equal((await tab.open("/dashboard")).path, "/login");
  },
);

inHouse(
  "a session ends after 12 idle hours, and after 14 days however much it is used",
  async (house) => {
    await house.furnish();
    const idle = await house.tabOf("viewer");
    const used = await house.tabOf("viewer");
    house.nowMs += 12 * HOUR_MS - 1;
    assert.equal((await used.open("/dashboard")).path, "/dashboard");
    house.nowMs += 1;
    assert.equal((await idle.open("/dashboard")).path, "/login");
    for (let hours = 12; hours < 14 * 24 - 11; hours += 11) {
      house.nowMs += 11 * HOUR_MS;
      assert.equal((await used.open("/dashboard")).path, "/dashboard");
    }
    house.nowMs += 11 * HOUR_MS;
    assert.equal((await used.open("/dashboard")).path, "/login");
  },
);

inHouse("an account that is disabled is out at once", async (house) => {
  await house.furnish();
  const tab = await house.tabOf("viewer");
  const account = await house.store.accounts.findByEmail("viewer@example.com");
  await house.store.accounts.update(
    account?.id ?? 0,
    { enabled: false },
    house.nowMs,
  );
  assert.equal((await tab.open("/dashboard")).path, "/login");
});

inHouse("over https the cookie is bound to this host", async (house) => {
  await house.furnish();
  const tab = await house.tabOf("viewer");
  const cookie = tab.lastSetCookies.find((one) => one.includes("session")) ??
    "";
  assert.match(cookie, /^__Host-pagerpal_session=/);
  for (const attribute of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"]) {
    assert.ok(cookie.split("; ").includes(attribute), attribute);
  }
}, {
  PAGERPAL_BASE_URL: "https://pager.example.com",
  SESSION_COOKIE_SECURE: "true",
});

inHouse(
  "too many attempts are refused in words, the right password too",
  async (house) => {
    await house.furnish();
    const tab = house.tab();
    for (let tries = 0; tries < 10; tries++) {
      await tab.logIn("admin@example.com", "not the password");
    }
    const refused = await tab.logIn("admin@example.com");
    assert.equal(refused.status, 429);
    assert.match(refused.html, /too many login attempts/);
  },
);

inHouse(
  "a login leads back to where one wanted to go, and never to another site",
  async (house) => {
    await house.furnish();
    const id = await house.alert({});
    const tab = house.tab();
    assert.equal(
      (await tab.open(`/incidents/${id}`)).path,
      `/login?next=%2Fincidents%2F${id}`,
    );
    const back = await tab.submit("/login", {
      email: "viewer@example.com",
      password: PASSWORD,
    });
    assert.equal(back.path, `/incidents/${id}`);

    for (
      const next of [
        "//evil.example",
        "https://evil.example",
        "/\\evil",
        "/ /evil",
      ]
    ) {
      const lured = house.tab();
      await lured.open(`/login?next=${encodeURIComponent(next)}`);
      assert.equal(lured.formFields("/login").next, "/dashboard", next);
    }
  },
);

async function formOfLogin(
  fresh: {
    open(path: string): Promise<unknown>;
    formFields(action: string): Record<string, string>;
    cookies: Map<string, string>;
  },
  into: { cookies: Map<string, string> },
): Promise<Record<string, string>> {
  await fresh.open("/login");
  const visitor = fresh.cookies.get("pagerpal_visitor");
  if (visitor !== undefined) into.cookies.set("pagerpal_visitor", visitor);
  return fresh.formFields("/login");
}
