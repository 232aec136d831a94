import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readEnvelope } from "../../src/sources/sns_envelope.ts";
import { signatureFault } from "../../src/sources/sns_signature.ts";
import { makeSigner, notification, SAMPLE_CERT } from "./fake_aws.ts";
import { NOW_MS, sample } from "./fixture.ts";

function fault(body: unknown, pem = SAMPLE_CERT, nowMs = NOW_MS) {
  const read = readEnvelope(body as Record<string, unknown>);
  assert.ok(read.ok, JSON.stringify(read));
  return signatureFault(read.envelope, new X509Certificate(pem), nowMs);
}

const GENUINE = [
  "sns/notification-plain-text.json",
  "sns/notification-newlines-unicode.json",
  "sns/notification-with-attributes.json",
  "sns/notification-replayed-old-timestamp.json",
  "sns/subscription-confirmation.json",
  "sns/subscription-confirmation-sigv1.json",
  "sns/unsubscribe-confirmation.json",
  "cloudwatch/sns-alarm.json",
  "cloudwatch/sns-ok.json",
  "cloudwatch/sns-math.json",
  "cloudwatch/sns-composite.json",
  "cloudwatch/sns-eventbridge-inside.json",
  "cloudwatch/sns-insufficient-data.json",
  "cloudwatch/sns-message-not-json.json",
];

Deno.test("the signature of every genuine sample verifies", () => {
  for (const name of GENUINE) {
    assert.equal(fault(JSON.parse(sample(name))), null, name);
  }
});

Deno.test("a message changed after signing is found out", () => {
  const bad = JSON.parse(sample("sns/notification-bad-signature.json"));
  assert.match(fault(bad) ?? "", /signature is wrong/);
  const good = JSON.parse(sample("sns/notification-plain-text.json"));
  const changes = [
    { Message: `${good.Message} ` },
    { MessageId: "another" },
    { Subject: undefined },
    { Subject: "Disk ful" },
    { Timestamp: "2026-03-02T07:14:21.013Z" },
    { TopicArn: good.TopicArn.replace("prod", "test") },
    { SignatureVersion: "1" },
  ];
  for (const change of changes) {
    assert.match(fault({ ...good, ...change }) ?? "", /signature is wrong/);
  }
});

Deno.test("an unsubscription does not verify as a subscription", () => {
  const message = JSON.parse(sample("sns/unsubscribe-confirmation.json"));
  const turned = { ...message, Type: "SubscriptionConfirmation" };
  assert.match(fault(turned) ?? "", /signature is wrong/);
});

Deno.test("both versions of our own signatures verify, under their own key only", async () => {
  const [signer, other] = [await makeSigner(), await makeSigner()];
  for (const SignatureVersion of ["1", "2"]) {
    const message = notification(signer, { SignatureVersion, Subject: "S" });
    assert.equal(fault(message, signer.pem), null);
    assert.match(fault(message, other.pem) ?? "", /signature is wrong/);
  }
});

Deno.test("a certificate counts only while it is valid", async () => {
  const past = await makeSigner({ from: -20, to: -1 });
  const future = await makeSigner({ from: 1, to: 20 });
  assert.match(fault(notification(past), past.pem) ?? "", /expired/);
  assert.match(fault(notification(future), future.pem) ?? "", /not valid yet/);
});
