import assert from "node:assert/strict";
import { generate } from "npm:selfsigned@5.5.0";
import { createSmtp } from "../../src/channels/smtp.ts";
import type { SmtpOptions } from "../../src/channels/smtp_relay.ts";
import type { OutgoingMessage, SendResult } from "../../src/ports/channel.ts";
import { FakeSmtp, type SmtpAnswer } from "../fakes/smtp.ts";
import { codeMessage, pageMessage, resolutionMessage } from "./message.ts";

const ADDRESS = "maya@example.com";
const page = (changes: Parameters<typeof pageMessage>[0] = {}) =>
  pageMessage({ address: ADDRESS, ...changes });

/** Sends the messages one after the other over one channel. */
async function send(
  smtp: FakeSmtp,
  messages: OutgoingMessage[],
  options: Partial<SmtpOptions> = {},
): Promise<SendResult[]> {
  const channel = createSmtp({
    host: "127.0.0.1",
    port: smtp.port,
    user: null,
    password: null,
    from: "PagerPal <pager@pager.example.com>",
    ...options,
  });
  const { signal } = new AbortController();
  const results: SendResult[] = [];
  try {
    for (const each of messages) {
      results.push(await channel.send(each, signal));
    }
  } finally {
    channel.close();
  }
  return results;
}

async function resultOf(answer: SmtpAnswer): Promise<SendResult> {
  await using smtp = await FakeSmtp.start();
  smtp.answerAlways(answer);
  const [result] = await send(smtp, [page()]);
  assert.ok(result);
  return result;
}

async function mailOf(message: OutgoingMessage) {
  await using smtp = await FakeSmtp.start();
  await send(smtp, [message]);
  return await smtp.waitFor(() => true);
}

Deno.test("a page arrives as text and HTML, with headers that keep robots from answering", async () => {
  await using smtp = await FakeSmtp.start();
  const results = await send(smtp, [page()]);
  const messageId = "<3f0d9c1e-6f57-4f2e-9a57-1f3f2b6d7c10@pager.example.com>";
  assert.deepEqual(results, [
    { outcome: "sent", providerMessageId: messageId },
  ]);
  const mail = await smtp.waitFor(() => true);
  assert.equal(mail.to, ADDRESS);
  assert.equal(mail.envelopeFrom, "pager@pager.example.com");
  assert.equal(mail.messageId, messageId);
  assert.equal(mail.subject, "[#1842] Checkout API: error rate above 20 %");
  assert.equal(mail.headers.get("auto-submitted"), "auto-generated");
  assert.equal(mail.headers.get("x-auto-response-suppress"), "All");
  assert.equal(mail.headers.get("importance"), "High");
  assert.equal(mail.headers.get("list-unsubscribe"), undefined);
  const link = "https://pager.example.com/a/Jw3kT9-x_QmZ1vB7yR4sLg";
  assert.ok(mail.text.includes(`Acknowledge: ${link}`));
  assert.ok(mail.html.includes(`href="${link}"`));
  assert.ok(mail.html.includes("Critical #1842: Checkout API"));
});

Deno.test("a code arrives as text and HTML, in no thread, and not in the subject", async () => {
  const responderName = "<b>Maya</b>";
  const mail = await mailOf(codeMessage({ address: ADDRESS, responderName }));
  assert.equal(mail.to, ADDRESS);
  assert.equal(mail.subject, "Your code for PagerPal");
  assert.match(mail.text, /^204681$/m);
  assert.match(mail.html, />204681</);
  assert.match(mail.html, /Hello &lt;b&gt;Maya&lt;\/b&gt;,/);
  assert.equal(mail.headers.get("references"), undefined);
  assert.equal(mail.headers.get("auto-submitted"), "auto-generated");
});

Deno.test("an attempt that is repeated has the Message-ID of the first", async () => {
  await using smtp = await FakeSmtp.start();
  smtp.answerNext("accept_then_reset");
  const results = await send(smtp, [page(), page()]);
  assert.deepEqual(results.map((each) => each.outcome), ["retry", "sent"]);
  const [first, second] = smtp.mails;
  assert.equal(first?.messageId, second?.messageId);
});

Deno.test("all mails of one incident to one responder share a thread, and other incidents and people do not", async () => {
  await using smtp = await FakeSmtp.start();
  await send(smtp, [
    page({ idempotencyKey: "a" }),
    resolutionMessage({ address: ADDRESS, idempotencyKey: "b" }),
    page({ idempotencyKey: "c", incident: { id: 1843 } }),
    page({ idempotencyKey: "d", responderId: 8 }),
  ]);
  const threads = smtp.mails.map((each) => each.headers.get("references"));
  assert.deepEqual(
    threads,
    smtp.mails.map((each) => each.headers.get("in-reply-to")),
  );
  assert.match(
    threads[0] ?? "",
    /^<incident-1842-[a-z0-9]+\.responder-7@pager\.example\.com>$/,
  );
  assert.equal(threads[1], threads[0]);
  assert.equal(new Set(threads).size, 3);
  assert.equal(new Set(smtp.mails.map((each) => each.messageId)).size, 4);
  assert.equal(smtp.mails[0]?.subject, smtp.mails[1]?.subject);
});

Deno.test("a page that is for no incident is in no thread", async () => {
  const mail = await mailOf(page({ incident: { id: null, isTest: true } }));
  assert.match(mail.subject, /^Test: Checkout API/);
  assert.equal(mail.headers.get("references"), undefined);
});

const HOSTILE = [
  "Disk full\r\nBcc: everybody@example.com\r\n\r\nhello",
  "Disk full\nX-Injected: yes",
  "Disk\u2028full\u0000\u0007",
  "\u202Efull\u202C disk",
  "=?utf-8?q?x=0d=0aBcc:_a@b.c?=",
  "ü".repeat(300),
  "<script>alert(1)</script> \" ' & <b>",
  "\uD800 half a character",
  ".",
];

for (const title of HOSTILE) {
  Deno.test(`the title ${JSON.stringify(title.slice(0, 40))} stays within the subject`, async () => {
    const mail = await mailOf(page({
      responderName: `Maya <x@y.z>, ${title}`,
      incident: { title, description: title, teamName: title },
    }));
    assert.equal(mail.to, ADDRESS);
    assert.ok(mail.subject.startsWith("[#1842] "));
    assert.equal(mail.headers.has("bcc"), false);
    assert.equal(mail.headers.has("x-injected"), false);
    assert.equal(mail.headers.get("auto-submitted"), "auto-generated");
    for (const line of mail.raw.split("\r\n")) {
      assert.ok(line.length <= 998 && !/[\r\n]/.test(line));
    }
    assert.doesNotMatch(mail.html, /<script|<b>/);
  });
}

Deno.test("an HTML mail holds markup from outside as text", async () => {
  const title = `<img src=x onerror=alert(1)>"'&`;
  const { html } = await mailOf(page({ incident: { title } }));
  assert.ok(html.includes("&lt;img src=x onerror=alert(1)&gt;&quot;"));
  assert.doesNotMatch(html, /<img/);
});

const ANSWERS: [SmtpAnswer, SendResult["outcome"], RegExp][] = [
  [
    { at: "rcpt", code: 550, text: "5.1.1 no such user" },
    "permanent",
    /^The mail server refused the address \(550 5\.1\.1 no such user\)\.$/,
  ],
  [{ at: "rcpt", code: 451, text: "4.7.1 greylisted" }, "retry", /later/],
  [{ at: "rcpt", code: 421, text: "4.3.2 going down" }, "retry", /later/],
  [{ at: "mail", code: 550, text: "5.7.1 bad sender" }, "permanent", /us /],
  [{ at: "mail", code: 452, text: "4.3.1 disk full" }, "retry", /later/],
  [{ at: "data", code: 554, text: "5.7.1 spam" }, "permanent", /message/],
  [{ at: "data", code: 451, text: "4.3.0 try later" }, "retry", /later/],
  [{ at: "connect", code: 554, text: "no service" }, "permanent", /us /],
  [{ at: "connect", code: 421, text: "too many" }, "retry", /later/],
];

for (const [answer, outcome, words] of ANSWERS) {
  const { at, code } = answer as { at: string; code: number };
  Deno.test(`a ${code} at ${at} makes it ${outcome}`, async () => {
    const result = await resultOf(answer);
    assert.equal(result.outcome, outcome, JSON.stringify(result));
    assert.ok(result.outcome !== "sent");
    assert.match(result.error, words);
  });
}

Deno.test("a greylisted mailbox is not held against the mail server, a server that is going away is", async () => {
  const scopeOf = async (code: number) => {
    const result = await resultOf({ at: "rcpt", code, text: "4.7.1 later" });
    return "scope" in result ? result.scope : undefined;
  };
  assert.equal(await scopeOf(451), "address");
  assert.equal(await scopeOf(421), undefined);
});

Deno.test("a mail server that is not there makes it retry", async () => {
  await using smtp = await FakeSmtp.start();
  await smtp.close();
  const [result] = await send(smtp, [page()]);
  assert.deepEqual(result, {
    outcome: "retry",
    error: "The connection to the mail server failed.",
    retryAfterMs: null,
  });
});

Deno.test("of a mail that was cut off after its end nobody knows whether it is there", async () => {
  const result = await resultOf("accept_then_reset");
  assert.ok(result.outcome === "retry" && result.outcomeUnknown);
  const refused = await resultOf({ at: "data", code: 451, text: "later" });
  assert.ok(refused.outcome === "retry" && !refused.outcomeUnknown);
});

const CREDENTIALS = { user: "pager", password: "secret" };
/** Reaches the loopback by a name that does not say so. */
const ELSEWHERE = "0.0.0.0";

async function selfSigned() {
  const { private: key, cert } = await generate(
    [{ name: "commonName", value: "mail.example.com" }],
    {
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "subjectAltName", altNames: [{ type: 7, ip: ELSEWHERE }] },
      ],
    },
  );
  return { key, cert };
}

Deno.test("a login goes out over STARTTLS to a certificate of an authority that we trust", async () => {
  const certificate = await selfSigned();
  await using smtp = await FakeSmtp.start({
    credentials: CREDENTIALS,
    certificate,
  });
  const [result] = await send(smtp, [page()], {
    host: ELSEWHERE,
    ...CREDENTIALS,
    ca: certificate.cert,
  });
  assert.equal(result?.outcome, "sent", JSON.stringify(result));
  const mail = await smtp.waitFor(() => true);
  assert.deepEqual([mail.user, mail.encrypted], ["pager", true]);
});

Deno.test("a certificate that nobody vouches for gets no login", async () => {
  const certificate = await selfSigned();
  await using smtp = await FakeSmtp.start({
    credentials: CREDENTIALS,
    certificate,
  });
  const results = await send(smtp, [page()], {
    host: ELSEWHERE,
    ...CREDENTIALS,
  });
  assert.deepEqual(results, [{
    outcome: "permanent",
    error: "The mail server's certificate is not trusted.",
    scope: "provider",
  }]);
});

Deno.test("a server without encryption gets no login", async () => {
  await using smtp = await FakeSmtp.start({ credentials: CREDENTIALS });
  const results = await send(smtp, [page()], {
    host: ELSEWHERE,
    ...CREDENTIALS,
  });
  assert.deepEqual(results, [{
    outcome: "permanent",
    error:
      "The mail server offers no encryption, which we require (500 Error: command not recognized).",
    scope: "provider",
  }]);
});

Deno.test("a relay on this machine may have any certificate, and is encrypted to where it can be", async () => {
  const certificate = await selfSigned();
  await using smtp = await FakeSmtp.start({
    credentials: CREDENTIALS,
    certificate,
  });
  const [result] = await send(smtp, [page()], CREDENTIALS);
  assert.equal(result?.outcome, "sent", JSON.stringify(result));
  assert.equal((await smtp.waitFor(() => true)).encrypted, true);
});

Deno.test("a wrong password is told in words", async () => {
  await using smtp = await FakeSmtp.start({ credentials: CREDENTIALS });
  const [result] = await send(smtp, [page()], {
    user: "pager",
    password: "wrong password",
  });
  assert.ok(result?.outcome === "permanent");
  assert.equal(
    result.error,
    "The mail server refused our credentials (535 5.7.8 authentication failed).",
  );
});

Deno.test("an abort lets go of the connection, and the next mail goes through", async () => {
  await using smtp = await FakeSmtp.start();
  smtp.answerNext("hang");
  const channel = createSmtp({
    host: "127.0.0.1",
    port: smtp.port,
    user: null,
    password: null,
    from: "pager@example.com",
  });
  const patience = new AbortController();
  const sending = channel.send(page(), patience.signal);
  // Earlier, the next mail would be the one that hangs.
  await smtp.hung;
  patience.abort();
  assert.equal((await sending).outcome, "retry");
  const { signal } = new AbortController();
  assert.equal((await channel.send(page(), signal)).outcome, "sent");
  channel.close();
});

Deno.test("a connection that the server closed while it was idle is replaced", async () => {
  await using smtp = await FakeSmtp.start();
  const channel = createSmtp({
    host: "127.0.0.1",
    port: smtp.port,
    user: null,
    password: null,
    from: "pager@example.com",
  });
  const { signal } = new AbortController();
  assert.equal((await channel.send(page(), signal)).outcome, "sent");
  smtp.cutConnections();
  assert.equal((await channel.send(page(), signal)).outcome, "sent");
  channel.close();
});

Deno.test("a sender that is no mail address is refused at once", () => {
  for (const from of ["", "PagerPal", "x@", "@y"]) {
    const relay = { host: "127.0.0.1", port: 25, user: null, password: null };
    assert.throws(() => createSmtp({ ...relay, from }), /sender of mail/);
  }
});
