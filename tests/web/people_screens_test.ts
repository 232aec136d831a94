import assert from "node:assert/strict";
import { inHouse, NOW_MS } from "./house.ts";

const SCRIPT = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;

inHouse(
  "what people write is shown as text on every screen of people and settings",
  async (house) => {
    const { admin, responder } = await house.furnish();
    const { store } = house;
    const { id } = await store.teams.insert(
      { name: SCRIPT, description: SCRIPT },
      NOW_MS,
    );
    await store.teams.setMembers(id, [admin, responder]);
    await store.responders.update(responder, { name: SCRIPT }, NOW_MS);
    const method = await store.responders.insertContactMethod({
      responderId: responder,
      channel: "sms",
      address: "+447700900123",
      label: SCRIPT,
      enabled: true,
    }, NOW_MS);
    await store.jobs.record({
      name: "escalation",
      node: SCRIPT,
      startedAtMs: NOW_MS - 1_000,
      durationMs: 5,
      outcome: "failed",
      message: SCRIPT,
    });
    const tab = house.tab();
    await tab.open("/login", { "user-agent": SCRIPT });
    await tab.logIn("admin@example.com");
    const person = `/responders/${responder}`;
    for (
      const path of [
        "/teams",
        `/teams/${id}`,
        `/teams/${id}/edit`,
        `/teams/${id}/delete`,
        "/responders",
        person,
        `${person}/edit`,
        `${person}/delete`,
        `${person}/account`,
        `${person}/account/delete`,
        `${person}/contact-rules`,
        `${person}/contact-methods/new`,
        `${person}/contact-methods/${method.id}`,
        `${person}/contact-methods/${method.id}/delete`,
        "/settings",
      ]
    ) {
      const { status, html } = await tab.open(path);
      assert.equal(status, 200, path);
      assert.match(html, /&lt;script&gt;alert\(2\)/, path);
      assert.doesNotMatch(html, /<script>|<img|undefined|\[object/, path);
      assert.doesNotMatch(html.replaceAll(/="[^"]*"/g, ""), /\sstyle\s*=/);
    }
    assert.equal((await tab.open("/account")).status, 200);
  },
);

inHouse(
  "no screen of people and settings is shown to a stranger",
  async (house) => {
    await house.furnish();
    for (
      const path of [
        "/teams",
        "/teams/1",
        "/teams/new",
        "/responders",
        "/responders/1",
        "/responders/1/account",
        "/account",
        "/settings",
        "/settings/audit-log",
      ]
    ) {
      assert.match((await house.tab().open(path)).path, /^\/login/, path);
    }
  },
);

inHouse("what is not there is a page that says so", async (house) => {
  await house.furnish();
  const tab = await house.tabOf("admin");
  for (
    const path of [
      "/teams/999",
      "/teams/999/edit",
      "/teams/x",
      "/responders/999",
      "/responders/999/account",
      "/responders/1/contact-methods/999",
      "/responders/1/account/x",
    ]
  ) {
    const { status, html } = await tab.open(path);
    assert.equal(status, 404, path);
    assert.match(html, /<h1>Not found/, path);
  }
});
