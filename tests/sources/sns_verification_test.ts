import assert from "node:assert/strict";
import type { SourceSettings } from "../../src/domain/intake/alert_source.ts";
import { createSourceFormats } from "../../src/sources/formats.ts";
import {
  CERT_URL,
  confirmation,
  fakeFetch,
  healthyAws,
  makeSigner,
  notification,
  SUBSCRIPTION_ARN,
  TOKEN,
} from "./fake_aws.ts";
import {
  alertsOf,
  aRequest,
  NOW_MS,
  onlyAlert,
  read,
  refusalOf,
  type RequestPatch,
  TOPIC,
} from "./fixture.ts";

const signer = await makeSigner();
const MINUTE_MS = 60_000;
const PINNED: Partial<SourceSettings> = { snsTopicArn: TOPIC };
const OTHER_TOPIC = TOPIC.replace("prod", "evil");

/** A CloudWatch source in front of an AWS in good order. */
function source(aws = healthyAws(signer.pem)) {
  const { cloudwatch } = createSourceFormats({ fetch: aws.fetch });
  const post = async (body: unknown, patch: RequestPatch = {}) =>
    await cloudwatch.read(
      aRequest("cloudwatch", body, { settings: PINNED, ...patch }),
    );
  return { post, aws };
}

Deno.test("a genuine notification of the pinned topic becomes an alert, once by its message id", async () => {
  const { post, aws } = source();
  const reading = await post(notification(signer));
  assert.equal(onlyAlert(reading).kind, "firing");
  assert.ok(reading.kind === "alerts");
  assert.equal(reading.messageId, "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324");
  assert.deepEqual(aws.asked, [CERT_URL]);
});

Deno.test("nothing of the envelope's secrets reaches the alert", async () => {
  const { post } = source();
  for (const Message of ["plain text", "{}", '{"AlarmName":"a"}']) {
    const text = JSON.stringify(
      alertsOf(await post(notification(signer, { Message }))),
    );
    assert.ok(!/Unsubscribe|Signature|SigningCert/.test(text), text);
  }
});

Deno.test("a header may not turn an envelope into raw text", async () => {
  const { post } = source();
  const reading = await post(notification(signer), {
    headers: { "x-amz-sns-rawdelivery": "true" },
    settings: { ...PINNED, snsAllowRawDelivery: true },
  });
  assert.ok(!onlyAlert(reading).payload.includes("UnsubscribeURL"));
});

// The fixture's `read` has a fetch that fails the test when it is called.
const REFUSED_UNFETCHED: [
  string,
  Record<string, unknown>,
  RequestPatch,
  string,
][] = [
  [
    "from a topic that is not the pinned one",
    notification(signer, { TopicArn: OTHER_TOPIC }),
    { settings: PINNED },
    "sns_topic_not_allowed",
  ],
  [
    "that confirms a topic which is not the pinned one",
    confirmation(signer, { TopicArn: OTHER_TOPIC }),
    { settings: PINNED },
    "sns_topic_not_allowed",
  ],
  [
    "before any topic is pinned",
    notification(signer),
    {},
    "sns_topic_not_allowed",
  ],
  [
    "that ends a subscription before any topic is pinned",
    confirmation(signer, { Type: "UnsubscribeConfirmation" }),
    {},
    "sns_topic_not_allowed",
  ],
  [
    "whose certificate is on a foreign host",
    notification(signer, { SigningCertURL: "https://evil.example/x.pem" }),
    { settings: PINNED },
    "sns_cert_url_not_allowed",
  ],
  [
    "whose certificate is in a bucket called sns",
    notification(signer, {
      SigningCertURL: "https://sns.s3-eu-west-1.amazonaws.com/x.pem",
    }),
    { settings: PINNED },
    "sns_cert_url_not_allowed",
  ],
  [
    "whose certificate is of another region",
    notification(signer, {
      SigningCertURL: CERT_URL.replace("eu-central-1", "us-east-1"),
    }),
    { settings: PINNED },
    "sns_cert_url_not_allowed",
  ],
  [
    "replayed after the window",
    notification(signer),
    { settings: PINNED, nowMs: NOW_MS + 75 * MINUTE_MS + 1 },
    "sns_message_stale",
  ],
  [
    "whose confirmation is replayed after the window",
    confirmation(signer),
    { settings: PINNED, nowMs: NOW_MS + 75 * MINUTE_MS + 1 },
    "sns_message_stale",
  ],
  [
    "from the future",
    notification(signer),
    { settings: PINNED, nowMs: NOW_MS - 5 * MINUTE_MS - 1 },
    "sns_message_stale",
  ],
  [
    "with a time that is none",
    notification(signer, { Timestamp: "now" }),
    { settings: PINNED },
    "sns_message_stale",
  ],
  [
    "whose header names another type",
    notification(signer),
    {
      settings: PINNED,
      headers: { "x-amz-sns-message-type": "SubscriptionConfirmation" },
    },
    "sns_type_mismatch",
  ],
];

for (const [what, body, patch, code] of REFUSED_UNFETCHED) {
  Deno.test(`a message ${what} is refused and causes no request`, async () => {
    const refusal = refusalOf(await read("cloudwatch", body, patch));
    assert.equal(refusal.status, 403);
    assert.equal(refusal.code, code);
    assert.ok(!refusal.message.includes(TOKEN));
  });
}

Deno.test("the window is the source's setting and its ends are inside", async () => {
  const { post } = source();
  const at = (nowMs: number, snsMaxAgeMinutes = 75) =>
    post(notification(signer), {
      nowMs,
      settings: { ...PINNED, snsMaxAgeMinutes },
    });
  assert.equal((await at(NOW_MS + 75 * MINUTE_MS)).kind, "alerts");
  assert.equal((await at(NOW_MS - 5 * MINUTE_MS)).kind, "alerts");
  assert.equal((await at(NOW_MS + 2_880 * MINUTE_MS, 2_880)).kind, "alerts");
  assert.equal((await at(NOW_MS + 11 * MINUTE_MS, 10)).kind, "refused");
});

Deno.test("a forged message is refused, and asks for no more than the certificate", async () => {
  const { post, aws } = source();
  const forged = { ...notification(signer), Message: "changed" };
  const joined = { ...confirmation(signer), Token: "forged" };
  for (const body of [forged, joined, forged, joined]) {
    const refusal = refusalOf(await post(body));
    assert.equal(refusal.status, 403);
    assert.equal(refusal.code, "sns_signature_invalid");
  }
  assert.deepEqual(aws.asked, [CERT_URL]);
});

Deno.test("a message signed by anybody else's key is refused", async () => {
  const { post } = source();
  const stranger = await makeSigner();
  const refusal = refusalOf(await post(notification(stranger)));
  assert.equal(refusal.code, "sns_signature_invalid");
});

Deno.test("a certificate that cannot be had is our trouble, so that SNS tries again", async () => {
  for (
    const answer of [
      () => new TypeError("network"),
      () => new Response("", { status: 404 }),
      () => new Response("", { status: 500 }),
    ]
  ) {
    const { post } = source(fakeFetch(answer));
    for (const body of [notification(signer), confirmation(signer)]) {
      const reading = await post(body);
      assert.equal(reading.kind, "unavailable");
    }
  }
});

Deno.test("the first topic waits for an admin and is not confirmed", async () => {
  const { post, aws } = source();
  const reading = await post(confirmation(signer), { settings: {} });
  assert.ok(reading.kind === "handled");
  assert.equal(reading.update.sns?.pendingTopicArn, TOPIC);
  assert.equal(reading.update.sns?.pendingToken, TOKEN);
  assert.match(reading.problem ?? "", /Approve/);
  assert.ok(!`${reading.problem}${reading.message}`.includes(TOKEN));
  assert.deepEqual(aws.asked, [CERT_URL]);
});

Deno.test("the pinned topic's subscription is confirmed without its SubscribeURL", async () => {
  for (const SignatureVersion of ["1", "2"]) {
    const { post, aws } = source();
    const reading = await post(confirmation(signer, { SignatureVersion }));
    assert.ok(reading.kind === "handled");
    assert.deepEqual(reading.update.sns, {
      subscriptionArn: SUBSCRIPTION_ARN,
      pendingTopicArn: null,
      pendingToken: null,
      disconnectedAtMs: null,
    });
    assert.equal(reading.problem, null);
    assert.equal(aws.asked.length, 2);
    assert.ok(
      aws.asked.every((url) =>
        url.startsWith("https://sns.eu-central-1.amazonaws.com/")
      ),
    );
  }
});

Deno.test("a confirmation that SNS refuses is shown, one that it cannot take is tried again", async () => {
  const answering = (status: number) =>
    source(
      fakeFetch((url) =>
        url.endsWith(".pem")
          ? new Response(signer.pem)
          : new Response("", { status })
      ),
    );
  const refused = await answering(403).post(confirmation(signer));
  assert.ok(refused.kind === "handled");
  assert.match(refused.problem ?? "", /did not confirm/);
  assert.deepEqual(refused.update, {});
  const down = await answering(500).post(confirmation(signer));
  assert.equal(down.kind, "unavailable");
});

Deno.test("an unsubscription is noted and never undone", async () => {
  const { post, aws } = source();
  const reading = await post(
    confirmation(signer, { Type: "UnsubscribeConfirmation" }),
  );
  assert.ok(reading.kind === "handled");
  assert.equal(reading.update.sns?.disconnectedAtMs, NOW_MS);
  assert.match(reading.problem ?? "", /no longer arrive/);
  assert.deepEqual(aws.asked, [CERT_URL]);
});

Deno.test("an envelope of the wrong shape is refused with the field", async () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ TopicArn: "arn:aws:sns:x:1:y" }, "TopicArn"],
    [{ SignatureVersion: "9" }, "SignatureVersion"],
    [{ Type: "Hello" }, "Type"],
  ];
  for (const [patch, field] of cases) {
    const body = { ...notification(signer), ...patch };
    const refusal = refusalOf(await read("cloudwatch", body));
    assert.deepEqual([refusal.status, refusal.field], [422, field]);
  }
});
