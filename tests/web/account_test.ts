import assert from "node:assert/strict";
import { auditActions, inEachHouse } from "./each_house.ts";
import { PASSWORD } from "./house.ts";

const OTHER = "nine loud herons";

inEachHouse(
  "one changes one's own name, time zone and address",
  async (house, { viewer }) => {
    const tab = await house.tabOf("viewer");
    await tab.open("/account");
    const dark = await tab.submit("/theme", { theme: "dark" });
    assert.match(dark.html, /<html lang="en" data-theme="dark">/);
    await tab.open("/account");
    const saved = await tab.submit("/account/profile", {
      name: "Vera V.",
      time_zone: "Asia/Kolkata",
    });
    assert.match(saved.html, /Times are in Kolkata, UTC\+5:30/);
    const wrong = await tab.submit("/account/profile", {
      name: "",
      time_zone: "Asia/Kolkata",
    });
    assert.equal(wrong.status, 422);
    assert.match(wrong.html, /Must not be empty/);
    const mars = await tab.submit("/account/profile", {
      name: "Vera",
      time_zone: "Mars/Base",
    });
    assert.equal(mars.status, 422);

    const refused = await tab.submit("/account/email", {
      email: "vera@example.org",
      email_current_password: "a guess",
    });
    assert.equal(refused.status, 422);
    assert.match(refused.html, /The current password is not right/);
    assert.match(refused.html, /value="vera@example\.org"/);
    assert.ok(!refused.html.includes("a guess"));
    await tab.submit("/account/email", {
      email: "Vera@Example.org",
      email_current_password: PASSWORD,
    });
    const responder = await house.store.responders.find(viewer);
    assert.equal(responder?.email, "vera@example.org");
    const again = house.tab();
    assert.equal((await again.logIn("vera@example.org")).path, "/dashboard");
    assert.deepEqual(await auditActions(house), [
      "responder.update",
      "account.update",
      "responder.update",
    ]);
  },
);

inEachHouse(
  "a password is changed with the old one, and every other browser is logged out",
  async (house) => {
    const phone = await house.tabOf("responder");
    const desk = await house.tabOf("responder");
    await desk.open("/account");
    const change = (current_password: string, new_password: string) =>
      desk.submit("/account/password", { current_password, new_password });
    const wrong = await change("a guess", OTHER);
    assert.match(wrong.html, /The current password is not right/);
    const short = await change(PASSWORD, "short");
    assert.equal(short.status, 422);
    assert.match(short.html, /at least 12 characters/);
    assert.equal((await phone.open("/dashboard")).path, "/dashboard");
    const done = await change(PASSWORD, OTHER);
    assert.equal(done.path, "/account");
    assert.match(done.html, /new password is in force/);
    assert.match((await phone.open("/dashboard")).path, /^\/login/);
    const later = house.tab();
    const kept = await later.logIn("responder@example.com", OTHER);
    assert.equal(kept.path, "/dashboard");
  },
);

inEachHouse(
  "browsers are seen and logged out, one or all others, and only one's own",
  async (house) => {
    const phone = await house.tabOf("responder");
    const tablet = await house.tabOf("responder");
    const desk = await house.tabOf("responder");
    const admin = await house.tabOf("admin");
    const page = await desk.open("/account");
    const ends = [...page.html.matchAll(/action="(\/account\/sessions\/\d+)/g)]
      .map(([, path]) => path ?? "");
    assert.equal(ends.length, 2);
    await admin.open("/account");
    const { _csrf = "" } = admin.formFields("/logout");
    const foreign = await admin.post(`${ends[0]}/end`, { _csrf });
    assert.equal(foreign.status, 404);

    await desk.submit(`${ends[0]}/end`);
    const out = [await phone.open("/dashboard"), await tablet.open("/account")]
      .filter(({ path }) => path.startsWith("/login"));
    assert.equal(out.length, 1);
    await desk.open("/account");
    const done = await desk.submit("/account/sessions/others/end");
    assert.match(done.html, /1\u00A0other browser logged out/);
    assert.match((await phone.open("/dashboard")).path, /^\/login/);
    assert.match((await tablet.open("/dashboard")).path, /^\/login/);
    assert.equal((await desk.open("/dashboard")).path, "/dashboard");
  },
);

inEachHouse(
  "an API token is shown once, works with its role, and not after it was revoked",
  async (house) => {
    const tab = await house.tabOf("responder");
    await tab.open("/account");
    const make = (fields: Record<string, string>) =>
      tab.submit("/account/tokens", {
        token_name: "Wall screen",
        token_role: "viewer",
        token_days: "30",
        ...fields,
      });
    const above = await make({ token_role: "admin" });
    assert.equal(above.status, 422);
    assert.match(above.html, /A token cannot have the role admin/);
    assert.match(above.html, /value="Wall screen"/);
    assert.equal((await make({ token_days: "12" })).status, 422);
    assert.equal((await make({ token_name: "" })).status, 422);

    const made = await make({});
    assert.equal(made.status, 201);
    assert.equal(made.headers.get("cache-control"), "no-store");
    const [token = ""] = /ppt_[A-Za-z0-9]{40}/.exec(made.html) ?? [];
    assert.notEqual(token, "");
    const page = await tab.open("/account");
    assert.ok(!page.html.includes(token));
    const ask = (method: string) =>
      house.pagerpal.fetch(
        new Request(`${house.origin}/api/v1/teams`, {
          method,
          headers: { authorization: `Bearer ${token}` },
        }),
      );
    assert.equal((await ask("GET")).status, 200);
    assert.equal((await ask("POST")).status, 403);
    const [path = ""] = /\/account\/tokens\/\d+\/delete/.exec(page.html) ?? [];
    const admin = await house.tabOf("viewer");
    await admin.open("/account");
    const { _csrf = "" } = admin.formFields("/logout");
    assert.equal((await admin.post(path, { _csrf })).status, 404);
    const revoked = await tab.submit(path);
    assert.match(revoked.html, /The token Wall screen is revoked/);
    assert.equal((await ask("GET")).status, 401);
    assert.deepEqual(await auditActions(house), [
      "api_token.delete",
      "api_token.create",
    ]);
  },
);

inEachHouse("no form of the account works without its token", async (house) => {
  const tab = await house.tabOf("admin");
  for (
    const path of [
      "profile",
      "email",
      "password",
      "tokens",
      "tokens/1/delete",
      "sessions/1/end",
      "sessions/others/end",
    ]
  ) {
    const answer = await tab.post(`/account/${path}`, { name: "x" });
    assert.equal(answer.status, 403, path);
  }
  assert.deepEqual(await auditActions(house), []);
});
