import assert from "node:assert/strict";
import { FakeSmtp } from "../fakes/smtp.ts";
import { forEachStore } from "../stores.ts";
import { auditActions } from "./each_house.ts";
import { House } from "./house.ts";

type People = Awaited<ReturnType<House["furnish"]>>;

/** A house whose mail really leaves. */
function withMail(
  name: string,
  body: (house: House, people: People, smtp: FakeSmtp) => Promise<void>,
): void {
  forEachStore(name, async (store) => {
    const smtp = await FakeSmtp.start();
    const house = new House(store, {
      NOTIFICATION_SENDING_ENABLED: "true",
      SMTP_HOST: "127.0.0.1",
      SMTP_PORT: String(smtp.port),
      SMTP_FROM: "PagerPal <pager@example.com>",
    });
    try {
      await body(house, await house.furnish(), smtp);
    } finally {
      house.pagerpal.closeStreams();
      await house.pagerpal.stop();
      await smtp.close();
    }
  });
}

async function pathOf(house: House, responder: number): Promise<string> {
  const [method] = await house.store.responders.contactMethods(responder);
  return `/responders/${responder}/contact-methods/${method?.id}/verification`;
}

function codeIn(smtp: FakeSmtp): string {
  const code = /^\d{6}$/m.exec(smtp.mails.at(-1)?.text ?? "")?.[0];
  assert.ok(code);
  return code;
}

withMail(
  "a contact method is verified with two forms and no script",
  async (house, { responder }, smtp) => {
    const tab = await house.tabOf("responder");
    const account = await tab.open("/account");
    const path = await pathOf(house, responder);
    assert.match(account.html, /Not verified/);
    assert.match(account.html, />Send code</);
    const asks = await tab.submit(path);
    assert.equal(asks.path, path);
    assert.match(asks.html, /A code is on its way by E-mail to/);
    assert.match(asks.html, /name="code"[^>]*autocomplete="one-time-code"/);
    assert.match(asks.html, /inputmode="numeric"/);
    const code = codeIn(smtp);
    assert.ok(!asks.html.includes(code));
    assert.match((await tab.open("/account")).html, /Enter the code/);

    await tab.open(path);
    const wrong = code === "111111" ? "222222" : "111111";
    const refused = await tab.submit(`${path}/confirm`, { code: wrong });
    assert.equal(refused.status, 422);
    assert.match(refused.html, /That is not the code\. 4 tries are left\./);
    const letters = await tab.submit(`${path}/confirm`, { code: "abc" });
    assert.match(letters.html, /A code has 6 digits\./);
    const done = await tab.submit(`${path}/confirm`, { code });
    assert.equal(done.path, "/account");
    assert.match(done.html, /E-mail to responder@example\.com is verified\./);
    assert.doesNotMatch(done.html, /Not verified|Send code/);
    assert.match((await tab.open(path)).html, /It is verified/);
    assert.deepEqual(await auditActions(house), [
      "contact_method.verify",
      "contact_method.send_code",
    ]);
  },
);

withMail(
  "used up, expired and throttled are plain sentences with what to do",
  async (house, { responder }, smtp) => {
    const tab = await house.tabOf("responder");
    const path = await pathOf(house, responder);
    await tab.open(path);
    await tab.submit(path);
    const wrong = codeIn(smtp) === "111111" ? "222222" : "111111";
    const { _csrf = "" } = tab.formFields(`${path}/confirm`);
    const type = (code: string) => tab.post(`${path}/confirm`, { _csrf, code });
    for (let tries = 0; tries < 4; tries++) await type(wrong);
    const last = await type(wrong);
    assert.match(last.html, /it was the last try\. Send a new code\./);
    assert.doesNotMatch(last.html, /name="code"/);
    assert.match((await type(codeIn(smtp))).html, /this one is used up/);

    await tab.submit(path);
    house.nowMs += 15 * 60_000;
    const late = await type(codeIn(smtp));
    assert.match(late.html, /The code has expired\. Send a new code\./);
    await tab.submit(path);
    const throttled = await tab.submit(path);
    assert.equal(throttled.status, 422);
    assert.match(throttled.html, /Many codes were sent to this address lately/);
    assert.equal(smtp.mails.length, 3);
  },
);

withMail(
  "an admin verifies for somebody else; others do not get that far, and see the mark",
  async (house, people, smtp) => {
    const path = await pathOf(house, people.responder);
    const theirs = await pathOf(house, people.admin);
    const maya = await house.tabOf("responder");
    const page = await maya.open(`/responders/${people.admin}`);
    assert.match(page.html, /Not verified/);
    assert.doesNotMatch(page.html, /verification/);
    const { _csrf = "" } = maya.formFields("/logout");
    assert.equal((await maya.open(theirs)).status, 403);
    for (const end of ["", "/confirm"]) {
      const refused = await maya.post(theirs + end, { _csrf, code: "123456" });
      assert.equal(refused.status, 403);
    }
    const crossed = theirs.replace(
      `/responders/${people.admin}/`,
      `/responders/${people.responder}/`,
    );
    assert.equal((await maya.open(crossed)).status, 404);
    assert.equal(smtp.mails.length, 0);

    const admin = await house.tabOf("admin");
    await admin.open(`/responders/${people.responder}`);
    await admin.submit(path);
    const done = await admin.submit(`${path}/confirm`, { code: codeIn(smtp) });
    assert.equal(done.path, `/responders/${people.responder}`);
    assert.match(done.html, /is verified\./);
  },
);

withMail(
  "page me now sends by every way at once and tells how each went",
  async (house, { responder }, smtp) => {
    const { responders } = house.store;
    const [mail] = await responders.contactMethods(responder);
    const sms = await responders.insertContactMethod({
      responderId: responder,
      channel: "sms",
      address: "+447700900123",
      label: "<b>Night</b>",
      enabled: true,
    }, 0);
    const rule = { urgency: "high" as const, delayMinutes: 0 };
    await responders.setContactRules(responder, [
      { ...rule, contactMethodId: mail?.id ?? 0 },
      { ...rule, contactMethodId: mail?.id ?? 0, delayMinutes: 2 },
      { ...rule, contactMethodId: sms.id, delayMinutes: 5 },
    ]);
    const tab = await house.tabOf("responder");
    const account = await tab.open("/account");
    assert.match(
      account.html,
      /E-mail at once, e-mail again after 2\u00A0min, &lt;b&gt;Night&lt;\/b&gt; after 5\u00A0min/,
    );
    const paged = await tab.submit("/account/page-me");
    assert.equal(paged.status, 200);
    assert.match(paged.html, /Not every page has left\./);
    assert.match(paged.html, /at once, again after 2\u00A0min\./);
    assert.match(paged.html, /was accepted by SMTP/);
    assert.match(paged.html, /No provider is set up for this channel/);
    assert.match(paged.html, /&lt;b&gt;Night/);
    assert.equal(smtp.mails.length, 1);
    assert.match(smtp.mails[0]?.subject ?? "", /You have paged yourself/);
    const { _csrf = "" } = tab.formFields("/logout");
    await tab.post("/account/page-me", { _csrf });
    const third = await tab.post("/account/page-me", { _csrf });
    assert.match(third.html, /You have paged yourself just now\. Wait/);
    assert.equal(smtp.mails.length, 2);
    const vera = await house.tabOf("viewer");
    assert.doesNotMatch((await vera.open("/account")).html, /Page me now/);
    const theirs = vera.formFields("/logout");
    const refused = await vera.post("/account/page-me", theirs);
    assert.equal(refused.status, 403);
  },
);

forEachStore(
  "while sending is switched off nothing offers to send, and the page says why",
  async (store) => {
    const house = new House(store);
    const { responder } = await house.furnish();
    const tab = await house.tabOf("responder");
    const { html } = await tab.open("/account");
    assert.match(html, /Not verified/);
    assert.doesNotMatch(html, /Send code|Page me now/);
    const path = await pathOf(house, responder);
    const page = await tab.open(path);
    assert.match(page.html, /Sending is switched off on this server/);
    const { _csrf = "" } = tab.formFields("/logout");
    const refused = await tab.post(path, { _csrf });
    assert.equal(refused.status, 422);
    assert.match(refused.html, /so no code leaves either/);
    house.pagerpal.closeStreams();
    await house.pagerpal.stop();
  },
);
