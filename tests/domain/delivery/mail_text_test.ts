import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  mailContent,
  mailPlainText,
} from "../../../src/domain/delivery/mail_text.ts";
import { pageMessage, resolutionMessage } from "../../channels/message.ts";

Deno.test("a page's mail says what, who for, since when, and how to acknowledge", () => {
  const message = pageMessage({ incident: { alertCount: 3 } });
  assert.equal(
    mailPlainText(mailContent(message)),
    `Critical #1842: Checkout API: error rate above 20 %

Team Payments, reported by Grafana production.
Opened 2026-03-02 07:14 UTC.
Alerts received: 3.

Acknowledge: https://pager.example.com/a/Jw3kT9-x_QmZ1vB7yR4sLg
Details: https://pager.example.com/incidents/1842

5xx rate is 23 % over 5 minutes.

Sent to Maya Okafor. Whoever opens the Acknowledge link acts as Maya Okafor; please do not forward it.
`,
  );
});

Deno.test("a resolution's mail says when it was over and asks for nothing", () => {
  const text = mailPlainText(mailContent(resolutionMessage()));
  assert.match(text, /^Resolved #1842 after 27 min: Checkout API/);
  assert.match(text, /Resolved 2026-03-02 07:41 UTC, after 27 min\./);
  assert.doesNotMatch(text, /cknowledge/);
});

Deno.test("the subject is the same for a page and its resolution, whatever the severity", () => {
  const subject = "[#1842] Checkout API: error rate above 20 %";
  const milder = pageMessage({ incident: { severity: "warning" } });
  for (const each of [pageMessage(), milder, resolutionMessage()]) {
    assert.equal(mailContent(each).subject, subject);
  }
});

Deno.test("a page that is for no incident names none", () => {
  const page = pageMessage({ incident: { id: null, isTest: true } });
  const { subject, headline } = mailContent(page);
  assert.match(subject, /^Test: Checkout API/);
  assert.match(headline, /^Test: Critical: Checkout API/);
});

Deno.test("a subject is one bounded line with the number, whatever the title", () => {
  const title = fc.string({ unit: "binary", maxLength: 500 });
  fc.assert(fc.property(title, (title) => {
    const { subject } = mailContent(pageMessage({ incident: { title } }));
    assert.ok(subject.startsWith("[#1842] ") && subject.length <= 200);
    // deno-lint-ignore no-control-regex -- what must not be there
    assert.doesNotMatch(subject, /[\u0000-\u001f\u007f\u2028\u202e]/);
  }));
});
