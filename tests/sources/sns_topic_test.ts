import assert from "node:assert/strict";
import {
  confirmationUrl,
  signingCertUrl,
  type SnsTopic,
  topicOf,
} from "../../src/sources/sns_topic.ts";
import { sample, TOPIC } from "./fixture.ts";

interface UrlCase {
  url: string;
  accept: boolean;
  why: string;
}
const cases: Record<"SigningCertURL" | "SubscribeURL", UrlCase[]> = JSON.parse(
  sample("sns/url-checks.cases.json"),
);

function topicIn(arn: string): SnsTopic {
  return topicOf(arn) ?? assert.fail(`${arn} is a topic`);
}

const TOPICS = [
  TOPIC,
  "arn:aws-cn:sns:cn-north-1:123456789012:prod-alarms",
  "arn:aws-us-gov:sns:us-gov-west-1:123456789012:prod-alarms",
].map(topicIn);

for (const { url, accept, why } of cases.SigningCertURL) {
  Deno.test(`the signing certificate URL is ${accept ? "allowed" : "refused"}: ${why}`, () => {
    const allowed = TOPICS.filter((topic) =>
      signingCertUrl(url, topic) !== null
    );
    assert.equal(allowed.length, accept ? 1 : 0, url);
  });
}

Deno.test("a certificate of another region than the topic's is refused", () => {
  const url = "https://sns.us-east-1.amazonaws.com/x.pem";
  const near = topicIn("arn:aws:sns:us-east-1:123456789012:a");
  assert.equal(signingCertUrl(url, near), url);
  assert.equal(signingCertUrl(url, topicIn(TOPIC)), null);
});

Deno.test("a certificate URL with anything but host and path is refused", () => {
  const good = "https://sns.eu-central-1.amazonaws.com/x.pem";
  const topic = topicIn(TOPIC);
  assert.equal(signingCertUrl(good, topic), good);
  const bad = [
    `${good}?`,
    `${good}#`,
    ` ${good}`,
    `${good}\n`,
    good.replace("https://", "https://u:p@"),
    good.replace("https:", "ftp:"),
    good.replace("/x", "/x%00"),
    good.replace(".pem", ".pem/x"),
    good.replace(".pem", ".PEM"),
    "",
    "x.pem",
  ];
  for (const url of bad) assert.equal(signingCertUrl(url, topic), null, url);
});

Deno.test("only ARNs of topics in real regions are topics", () => {
  const bad = [
    "",
    "arn:aws:sns:s3-eu-west-1:123456789012:a",
    "arn:aws:sns:eu-west-1.evil.example/x:123456789012:a",
    "arn:aws:sns:eu-west-1:12345678901:a",
    "arn:aws:sns:eu-west-1:123456789012:",
    "arn:aws:sns:eu-west-1:123456789012:a:subscription",
    "arn:aws:sqs:eu-west-1:123456789012:a",
    "arn:constructor:sns:eu-west-1:123456789012:a",
    `arn:aws:sns:eu-west-1:123456789012:${"a".repeat(257)}`,
    "arn:aws:sns:eu-west-1:123456789012:a\n",
    " arn:aws:sns:eu-west-1:123456789012:a",
  ];
  for (const arn of bad) assert.equal(topicOf(arn), null, arn);
  for (const arn of [TOPIC, `${TOPIC}.fifo`]) {
    assert.equal(topicOf(arn)?.host, "sns.eu-central-1.amazonaws.com");
  }
});

Deno.test("the confirmation URL we make is the genuine one and no other", () => {
  const token = new URL(cases.SubscribeURL[0]?.url ?? "").searchParams
    .get("Token") ?? "";
  const made = new URL(confirmationUrl(topicIn(TOPIC), token));
  for (const { url, accept, why } of cases.SubscribeURL) {
    const other = new URL(url);
    const same = other.origin === made.origin &&
      [...made.searchParams].join() === [...other.searchParams].join();
    assert.equal(same, accept, why);
  }
});

Deno.test("nothing in a token can change the confirmation request", () => {
  const url = new URL(
    confirmationUrl(topicIn(TOPIC), "x&Action=DeleteTopic#\r\n"),
  );
  assert.deepEqual(url.searchParams.getAll("Action"), ["ConfirmSubscription"]);
  assert.equal(url.searchParams.get("Token"), "x&Action=DeleteTopic#\r\n");
  assert.equal(url.hash, "");
});

Deno.test("different spellings of one certificate URL are one", () => {
  const good = "https://sns.eu-central-1.amazonaws.com/x.pem";
  for (const path of ["/%2e%2e/x.pem", "/a/../x.pem", "/./x.pem", "/x.pem"]) {
    const url = good.replace("/x.pem", path).replace("sns.", "SNS。");
    assert.equal(signingCertUrl(url, topicIn(TOPIC)), good);
  }
});
