import assert from "node:assert/strict";
import { FakeSmtp } from "../fakes/smtp.ts";
import { NEWER_FITTING_MIGRATION, NEWER_MIGRATION, runSql } from "../sql.ts";
import { withStore } from "../stores.ts";
import { auditActions, inEachHouse } from "./each_house.ts";
import { House, inHouse, NOW_MS } from "./house.ts";

const SECRET = "a-secret-key-that-nobody-may-ever-see-1234";

inHouse(
  "an admin sees what is configured and no secret; the others see how it runs",
  async (house) => {
    await house.furnish();
    const admin = await house.tabOf("admin");
    const page = await admin.open("/settings");
    assert.match(page.html, /SECRET_KEY<\/th><td>set</);
    assert.match(page.html, /INFOBIP_API_KEY<\/th><td>set</);
    assert.match(page.html, /SMTP_PASSWORD<\/th><td class="soft">not set</);
    assert.match(page.html, /INFOBIP_SMS_SENDER<\/th><td>Pager</);
    assert.match(page.html, /3\u00A0accounts, 1\u00A0enabled admin/);
    for (const secret of [SECRET, "key-of-infobip", "hunter22"]) {
      assert.ok(!page.html.includes(secret), secret);
    }
    for (const role of ["viewer", "responder"] as const) {
      const tab = await house.tabOf(role);
      const { html } = await tab.open("/settings");
      assert.match(html, /Escalating/);
      assert.doesNotMatch(html, /SECRET_KEY|test-page|audit-log/);
      const refused = await tab.open("/settings/audit-log");
      assert.equal(refused.status, 403);
      assert.match(refused.html, /This is not allowed/);
      const { _csrf = "" } = (await tab.open("/settings"), tab)
        .formFields("/logout");
      const sent = await tab.post("/settings/test-page", {
        _csrf,
        channel: "email",
      });
      assert.equal(sent.status, 403);
    }
  },
  {
    SECRET_KEY: SECRET,
    DATABASE_URL: "postgres://pager:hunter22@db.example.com/pager",
    INFOBIP_BASE_URL: "https://abc.api.infobip.com",
    INFOBIP_API_KEY: "key-of-infobip",
    INFOBIP_SMS_SENDER: "Pager",
    NOTIFICATION_SENDING_ENABLED: "true",
  },
);

Deno.test("the migrations of the database are told, loud where this program cannot work on them", async () => {
  await withStore("libSQL", async (store, { url }) => {
    const house = new House(store);
    await house.furnish();
    const tab = await house.tabOf("viewer");
    const shown = async () => {
      const { html } = await tab.open("/settings");
      return /<dt>Database<\/dt><dd(.*?)<\/dd>/.exec(html)?.[1] ?? "";
    };
    assert.match(await shown(), /^>at migration \d+, the newest$/);
    await runSql(url, NEWER_FITTING_MIGRATION);
    assert.match(
      await shown(),
      /^>at migration 9998; this program knows \d+ and can work on it$/,
    );
    await runSql(url, NEWER_MIGRATION);
    assert.match(
      await shown(),
      /^ class="bad">at migration 9999; this program knows \d+$/,
    );
    await house.pagerpal.stop();
  });
});

inHouse("a job that is late or failed is loud", async (house) => {
  await house.furnish();
  const run = { node: "node-b", durationMs: 40, message: "database is locked" };
  const { jobs } = house.store;
  await jobs.record({
    ...run,
    name: "escalation",
    startedAtMs: NOW_MS - 12 * 60_000,
    outcome: "ok",
  });
  await jobs.record({
    ...run,
    name: "self_audit",
    startedAtMs: NOW_MS - 20_000,
    outcome: "failed",
  });
  // Once an hour: forty minutes ago is in time.
  await jobs.record({
    ...run,
    name: "prune",
    startedAtMs: NOW_MS - 40 * 60_000,
    outcome: "ok",
  });
  const tab = await house.tabOf("viewer");
  const { html } = await tab.open("/settings");
  assert.match(html, /Late, the last run was 12\u00A0min ago/);
  assert.match(html, /Failed 20\u00A0s ago, took 40\u00A0ms/);
  assert.match(html, /database is locked/);
  assert.match(html, /Ran 40\u00A0min ago/);
  assert.match(html, /next in 3\u00A0min/, "prune runs at minute 17");
  assert.equal(html.match(/class="loud"/g)?.length, 2);
}, { NOTIFICATION_SENDING_ENABLED: "true" });

Deno.test("a test page really goes to the admin, and the page says what happened", () =>
  withStore("libSQL", async (store) => {
    const smtp = await FakeSmtp.start();
    const house = new House(store, {
      NOTIFICATION_SENDING_ENABLED: "true",
      SMTP_HOST: "127.0.0.1",
      SMTP_PORT: String(smtp.port),
      SMTP_FROM: "PagerPal <pager@example.com>",
      INFOBIP_BASE_URL: "https://abc.api.infobip.com",
      INFOBIP_API_KEY: "key-of-infobip",
      INFOBIP_SMS_SENDER: "Pager",
    });
    try {
      const { admin } = await house.furnish();
      const tab = await house.tabOf("admin");
      await tab.open("/settings");
      const sent = await tab.submit("/settings/test-page");
      assert.match(
        sent.html,
        /by e-mail to admin@example\.com was accepted by SMTP/,
      );
      assert.equal(smtp.mails.length, 1);
      assert.equal(smtp.mails[0]?.to, "admin@example.com");
      assert.match(smtp.mails[0]?.text ?? "", /this contact method works/);

      const { _csrf = "" } = tab.formFields("/logout");
      const none = await tab.post("/settings/test-page", {
        _csrf,
        channel: "sms",
      });
      assert.match(none.html, /You have no contact method for SMS/);
      await store.responders.insertContactMethod({
        responderId: admin,
        channel: "sms",
        address: "+447700900123",
        label: "",
        enabled: true,
      }, NOW_MS);
      const failed = await tab.post("/settings/test-page", {
        _csrf,
        channel: "sms",
      });
      assert.match(failed.html, /did not go through, but may later/);
      assert.match(failed.html, /Last error .* ago/);
      assert.deepEqual(await auditActions(house), [
        "contact_method.send_test",
        "contact_method.send_test",
      ]);
      for (let i = 0; i < 4; i++) {
        await tab.post("/settings/test-page", { _csrf, channel: "email" });
      }
      assert.equal(smtp.mails.length, 4, "five at once, no more");
    } finally {
      house.pagerpal.closeStreams();
      await house.pagerpal.stop();
      await smtp.close();
    }
  }));

inHouse(
  "the nodes are told in a sentence; one that stopped answering is loud, ended ones are folded away",
  async (house) => {
    await house.furnish();
    const node = {
      hostname: "pager",
      version: "2.0.0",
      schemaVersion: 11,
      phase: "running",
      delivers: true,
      escalates: true,
      startedAtMs: NOW_MS - 3 * 3_600_000,
      lastSeenAtMs: NOW_MS - 2_000,
    } as const;
    const { nodes } = house.store;
    const tab = await house.tabOf("viewer");
    const alone = await tab.open("/settings");
    assert.match(alone.html, /No nodes are running\./);
    await nodes.save({ ...node, name: "node-test" });
    assert.match(
      (await tab.open("/settings")).html,
      /One node is running\./,
    );
    await nodes.save({ ...node, name: "pager-b", escalates: false });
    await nodes.save({ ...node, name: "pager-c", phase: "standing_back" });
    await nodes.save({ ...node, name: "pager-d", phase: "draining" });
    await nodes.save({
      ...node,
      name: "<b>e",
      lastSeenAtMs: NOW_MS - 2 * 60_000,
    });
    await nodes.save({
      ...node,
      name: "pager-f",
      phase: "stopped",
      lastSeenAtMs: NOW_MS - 3_600_000,
    });
    const { html } = await tab.open("/settings");
    assert.match(
      html,
      /Two nodes are running, one stands back, one is stopping and one stopped answering 2\u00A0min ago\./,
    );
    assert.match(
      html,
      /node-test<\/bdi><\/code> <span class="tag">This one<\/span>/,
    );
    assert.match(html, /Running for 3\u00A0h, heard of 2\u00A0s ago/);
    assert.match(html, /Sends, does not escalate; version 2\.0\.0/);
    assert.match(html, /<li class="loud"><code[^>]*><bdi>&lt;b&gt;e</);
    assert.match(html, /1\u00A0node ended in order within a day/);
    assert.match(html, /pager-f<\/bdi><\/code>: Stopped 1\u00A0h ago/);
  },
  { NOTIFICATION_SENDING_ENABLED: "true" },
);

inHouse("no test page leaves while sending is off", async (house) => {
  const { admin } = await house.furnish();
  const [method] = await house.store.responders.contactMethods(admin);
  const tab = await house.tabOf("admin");
  const page = await tab.open("/settings");
  assert.doesNotMatch(page.html, /test-page/);
  const { _csrf = "" } = tab.formFields("/logout");
  const path = `/responders/${admin}/contact-methods/${method?.id}/test`;
  const answer = await tab.post(path, { _csrf });
  assert.match(answer.html, /Sending is switched off/);
});

inEachHouse(
  "the audit log tells who changed what, page by page",
  async (house, { admin }) => {
    const tab = await house.tabOf("admin");
    for (let i = 0; i < 60; i++) {
      await house.store.auditLog.add({
        atMs: NOW_MS - i * 1_000,
        actor: "admin@example.com",
        accountId: null,
        action: "team.update",
        objectKind: "team",
        objectId: admin,
        detail: JSON.stringify({
          name: { from: "<b>old</b>", to: `new ${i}` },
        }),
      });
    }
    const first = await tab.open("/settings/audit-log");
    assert.match(first.html, /60\u00A0changes, newest first/);
    assert.match(first.html, /&lt;b&gt;old/);
    assert.match(first.html, /new 59</);
    assert.doesNotMatch(first.html, /new 9</);
    assert.match(first.html, /Page 1 of 2/);
    const second = await tab.open("/settings/audit-log?page=2");
    assert.match(second.html, /new 9</);
    assert.equal(
      (await tab.open("/settings/audit-log?page=nonsense")).status,
      200,
    );
  },
);
