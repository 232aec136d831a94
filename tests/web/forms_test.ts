import assert from "node:assert/strict";
import { type House, inHouse, PASSWORD, type Tab } from "./house.ts";

inHouse(
  "a form that another site sends is refused and changes nothing",
  async (house) => {
    await house.furnish();
    const id = await house.alert({});
    const tab = await house.tabOf("responder");
    await tab.open(`/incidents/${id}`);
    const fields = tab.formFields(`/incidents/${id}/resolve`);
    for (
      const headers of [
        { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
        { origin: "null" },
      ]
    ) {
      const refused = await tab.post(
        `/incidents/${id}/resolve`,
        fields,
        headers,
      );
      assert.equal(refused.status, 403);
      assert.ok(!refused.html.includes("_csrf"), "offers nothing to press");
    }
    assert.equal(await statusOf(house, id), "triggered");
  },
);

inHouse(
  "a form without a token, or with one of another session, is refused",
  async (house) => {
    await house.furnish();
    const id = await house.alert({});
    const tab = await house.tabOf("responder");
    const other = await house.tabOf("admin");
    await other.open(`/incidents/${id}`);
    const theirs = other.formFields(`/incidents/${id}/resolve`);
    for (const fields of [{}, { _csrf: "x" }, { _csrf: "a.b" }, theirs]) {
      const refused = await tab.post(`/incidents/${id}/resolve`, fields);
      assert.equal(refused.status, 403);
    }
    assert.equal(await statusOf(house, id), "triggered");
  },
);

inHouse(
  "a stale form says so, keeps what was written, and can be sent again",
  async (house) => {
    await house.furnish();
    const id = await house.alert({});
    const tab = await house.tabOf("responder");
    const action = `/incidents/${id}/notes`;
    const stale = await tab.post(action, {
      _csrf: "old",
      text: "rolled <b>back",
    });
    assert.equal(stale.status, 403);
    assert.match(stale.html, /open for too long/);
    assert.match(stale.html, /rolled &lt;b&gt;back/);
    const sent = await tab.submit(action);
    assert.equal(sent.path, `/incidents/${id}`);
    assert.match(sent.html, /<blockquote>rolled &lt;b&gt;back<\/blockquote>/);
  },
);

inHouse(
  "a form sent after the session has ended goes through the login and is not lost",
  async (house) => {
    await house.furnish();
    const id = await house.alert({});
    const tab = await house.tabOf("responder");
    await tab.open(`/incidents/${id}`);
    const action = `/incidents/${id}/notes`;
    const fields = tab.formFields(action);
    house.nowMs += 13 * 3_600_000;
    const login = await tab.post(action, { ...fields, text: "half a page" });
    assert.equal(login.status, 401);
    const asked = await tab.submit("/login", {
      email: "responder@example.com",
      password: PASSWORD,
    });
    assert.match(asked.html, /half a page/);
    const sent = await tab.submit(action);
    assert.match(sent.html, /<blockquote>half a page<\/blockquote>/);
  },
);

inHouse("a password is never written back into a page", async (house) => {
  await house.furnish();
  const tab = house.tab();
  const stale = await tab.post("/login", {
    _csrf: "old",
    email: "admin@example.com",
    password: PASSWORD,
  });
  assert.equal(stale.status, 403);
  assert.match(stale.html, /admin@example.com/);
  assert.ok(!stale.html.includes(PASSWORD));
});

inHouse(
  "a viewer sees no button that would refuse, and is refused without one",
  async (house) => {
    await house.furnish();
    const id = await house.alert({});
    const viewer = await house.tabOf("viewer");
    for (const path of ["/dashboard", "/incidents", `/incidents/${id}`]) {
      const { html } = await viewer.open(path);
      assert.doesNotMatch(html, /method="post" action="\/incidents/, path);
    }
    const { _csrf = "" } = viewer.formFields("/logout");
    for (
      const name of [
        "acknowledge",
        "resolve",
        "reopen",
        "escalate",
        "snooze",
        "notes",
      ]
    ) {
      const refused = await viewer.post(`/incidents/${id}/${name}`, { _csrf });
      assert.equal(refused.status, 403, name);
    }
    assert.equal(
      (await viewer.post("/incidents/bulk", { _csrf, id: String(id) })).status,
      403,
    );
    assert.equal(await statusOf(house, id), "triggered");
  },
);

inHouse("a form leads back to a page of ours only", async (house) => {
  await house.furnish();
  const id = await house.alert({});
  const tab = await house.tabOf("responder");
  await tab.open(`/incidents/${id}`);
  const action = `/incidents/${id}/acknowledge`;
  const sent = await tab.submit(action, { back: "//evil.example/" });
  assert.equal(sent.path, `/incidents/${id}`);
});

inHouse("a form that is too large or no form is refused", async (house) => {
  await house.furnish();
  const id = await house.alert({});
  const tab = await house.tabOf("responder");
  const action = `/incidents/${id}/notes`;
  assert.equal(
    (await tab.post(action, { text: "x".repeat(300_000) })).status,
    413,
  );
  assert.equal(await sendText(tab, action), 415);
});

async function sendText(tab: Tab, action: string): Promise<number> {
  const { origin } = tab.house;
  const response = await tab.house.pagerpal.fetch(
    new Request(origin + action, {
      method: "POST",
      body: "{}",
      headers: {
        origin,
        "content-type": "application/json",
        cookie: [...tab.cookies].map((pair) => pair.join("=")).join("; "),
      },
    }),
  );
  await response.body?.cancel();
  return response.status;
}

async function statusOf(house: House, id: number) {
  return (await house.store.incidents.find(id))?.status;
}
