import assert from "node:assert/strict";
import { inHouse, PASSWORD } from "./house.ts";

inHouse(
  "a new password ends every other session and keeps this one",
  async (house) => {
    await house.furnish();
    const here = await house.tabOf("responder");
    const there = await house.tabOf("responder");
    await here.open("/account");
    const wrong = await here.submit("/account/password", {
      current_password: "not it",
      new_password: "eight loud otters",
    });
    assert.equal(wrong.status, 422);
    assert.match(wrong.html, /current password is not right/);
    const changed = await here.submit("/account/password", {
      current_password: PASSWORD,
      new_password: "eight loud otters",
    });
    assert.match(changed.html, /new password is in force/);
    assert.equal((await there.open("/dashboard")).path, "/login");
    const back = house.tab();
    assert.equal(
      (await back.logIn("responder@example.com", "eight loud otters")).path,
      "/dashboard",
    );
  },
);

inHouse(
  "sessions are listed for their owner, who ends them one by one",
  async (house) => {
    await house.furnish();
    const here = await house.tabOf("responder");
    const there = await house.tabOf("responder");
    const stranger = await house.tabOf("viewer");
    const [other] = (await house.store.sessions.listByAccount(3))
      .concat(await house.store.sessions.listByAccount(1));
    await here.open("/account");
    const { _csrf = "" } = here.formFields("/account/sessions/others/end");
    const path = `/account/sessions/${other?.id}/end`;
    assert.equal((await here.post(path, { _csrf })).status, 404);
    assert.equal((await stranger.open("/dashboard")).path, "/dashboard");
    await here.open("/account");
    await here.submit("/account/sessions/others/end");
    assert.equal((await there.open("/dashboard")).path, "/login");
    assert.equal((await here.open("/dashboard")).path, "/dashboard");
  },
);

inHouse(
  "a token is shown once, works, and is worth nothing after it was revoked",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("responder");
    await tab.open("/account");
    const made = await tab.submit("/account/tokens", {
      token_name: "<b>deploys",
      token_role: "viewer",
      token_days: "30",
    });
    assert.equal(made.status, 201);
    const token = /ppt_[A-Za-z0-9]{40}/.exec(made.html)?.[0] ?? "";
    assert.equal(await statusWith(token), 200);
    const listed = await tab.open("/account");
    assert.ok(!listed.html.includes(token));
    assert.match(listed.html, /&lt;b&gt;deploys/);
    const [, action = ""] = /action="(\/account\/tokens\/\d+\/delete)"/
      .exec(listed.html) ?? [];
    await tab.submit(action);
    assert.equal(await statusWith(token), 401);

    await tab.open("/account");
    const greedy = await tab.submit("/account/tokens", {
      token_name: "x",
      token_role: "admin",
      token_days: "30",
    });
    assert.equal(greedy.status, 422);
    assert.match(greedy.html, /cannot have the role admin/);

    async function statusWith(token: string): Promise<number> {
      const response = await house.pagerpal.fetch(
        new Request(`${house.origin}/api/v1/incidents`, {
          headers: { authorization: `Bearer ${token}` },
        }),
      );
      await response.body?.cancel();
      return response.status;
    }
  },
);

inHouse(
  "times are shown in the zone that was chosen, and the theme is the browser's",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("viewer");
    await tab.open("/account");
    const zone = await tab.submit("/account/time-zone", {
      time_zone: "Asia/Kolkata",
    });
    assert.match(zone.html, /Kolkata, UTC\+5:30/);
    const wrong = await tab.submit("/account/time-zone", {
      time_zone: "Mars/Base",
    });
    assert.equal(wrong.status, 422);
    await tab.open("/account");
    const dark = await tab.submit("/theme", { theme: "dark" });
    assert.match(dark.html, /<html lang="en" data-theme="dark">/);
  },
);
