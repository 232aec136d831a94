import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { isGsm7, septets } from "../../../src/domain/gsm7.ts";
import { noticeContact } from "../../../src/domain/notices/notice.ts";
import {
  noticeMail,
  noticePlaceholders,
  noticeSms,
  noticeWhatsApp,
} from "../../../src/domain/notices/notice_text.ts";
import { aContactMethod, aResponder } from "../examples.ts";

const ascii = (char: string) => char.charCodeAt(0) < 128 ? char : "?";
const facts = fc.record({
  responderName: fc.string({ unit: "binary" }),
  subject: fc.string({ unit: "binary" }),
  text: fc.string({ unit: "binary", maxLength: 600 }),
  link: fc.option(fc.webUrl({ size: "small" })),
});

Deno.test("a notice is one text message in the alphabet, one line on WhatsApp, one subject in mail, whatever it says", () => {
  fc.assert(fc.property(facts, (notice) => {
    const sms = noticeSms({ ...notice, link: null }, ascii);
    assert.ok(septets(sms) <= 160 && isGsm7(sms), sms);
    assert.ok(septets(noticeSms(notice, ascii)) <= 160);
    assert.ok(noticeWhatsApp(notice).split("\n").length <= 2);
    for (const value of noticePlaceholders(notice)) {
      assert.ok(value !== "" && !/[\n\t]| {4}/.test(value), value);
    }
    const { subject } = noticeMail(notice);
    assert.ok(subject !== "" && !/[\r\n]/.test(subject));
  }));
});

Deno.test("the link is left out of a text message where it would leave no room for what is said", () => {
  const text = "Your shift on Payments primary begins Mon 23 Nov 09:00.";
  const notice = { responderName: "Maya", subject: "", text };
  const short = "https://pager.example.com/schedules/1";
  assert.equal(
    noticeSms({ ...notice, link: short }, ascii),
    `${text} ${short}`,
  );
  const long = `https://${"p".repeat(120)}.example.com`;
  assert.equal(noticeSms({ ...notice, link: long }, ascii), text);
});

Deno.test("a notice goes to the first rule for what is not urgent, else to mail, else to what there is", () => {
  const method = (id: number, changes = {}) =>
    aContactMethod({ id, responderId: 1, ...changes });
  const sms = method(10);
  const mail = method(11, { channel: "email", address: "maya@example.com" });
  const off = method(12, { enabled: false });
  const rule = (contactMethodId: number, delayMinutes: number) => ({
    id: contactMethodId,
    responderId: 1,
    urgency: "low" as const,
    contactMethodId,
    delayMinutes,
  });
  const contact = (contactMethods: typeof sms[], rules = [rule(99, 0)]) =>
    noticeContact(aResponder(1, { contactMethods, contactRules: rules }))?.id;
  assert.equal(contact([sms, mail], [rule(11, 5), rule(10, 0)]), 10);
  assert.equal(contact([sms, mail, off], [rule(12, 0)]), 11);
  assert.equal(contact([sms, mail]), 11);
  assert.equal(contact([off, sms]), 10);
  assert.equal(contact([off]), undefined);
});
