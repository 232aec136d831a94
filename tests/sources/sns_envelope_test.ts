import assert from "node:assert/strict";
import { createVerify, X509Certificate } from "node:crypto";
import { readEnvelope, stringToSign } from "../../src/sources/sns_envelope.ts";
import { sample } from "./fixture.ts";
import { SAMPLE_CERT } from "./fake_aws.ts";

interface SigningCase {
  type: string;
  version: "1" | "2";
  hasSubject: boolean;
  stringToSign: string;
  signature: string;
}
const cases: SigningCase[] = JSON.parse(
  sample("sns/string-to-sign.cases.json"),
);

/** The fields of a canonical string; values may hold line feeds, so names are found in their known order. */
function fieldsOf({ type, stringToSign: text, hasSubject }: SigningCase) {
  const names = type === "Notification"
    ? ["Message", "MessageId", ...(hasSubject ? ["Subject"] : []), "Timestamp"]
    : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token"];
  names.push("TopicArn", "Type");
  const pattern = names.map((name) => `${name}\n(?<${name}>[^]*?)\n`).join("");
  return { ...new RegExp(`^${pattern}$`).exec(text)?.groups };
}

for (const vector of cases) {
  const { type, version, hasSubject } = vector;
  const subject = hasSubject ? "with" : "without";
  Deno.test(`the signed text of a ${type} (version ${version}, ${subject} subject) is the vector's`, () => {
    const read = readEnvelope({
      ...fieldsOf(vector),
      SignatureVersion: version,
      Signature: vector.signature,
      SigningCertURL: "https://sns.eu-central-1.amazonaws.com/x.pem",
    });
    assert.ok(read.ok, JSON.stringify(read));
    assert.equal(stringToSign(read.envelope), vector.stringToSign);
    const key = new X509Certificate(SAMPLE_CERT).publicKey;
    const algorithm = version === "1" ? "RSA-SHA1" : "RSA-SHA256";
    assert.ok(
      createVerify(algorithm).update(stringToSign(read.envelope))
        .verify(key, vector.signature, "base64"),
    );
  });
}

Deno.test("a message of the wrong shape is refused with the field", () => {
  const good = JSON.parse(sample("sns/subscription-confirmation.json"));
  const wrong: [Record<string, unknown>, string][] = [
    [{ Type: "Other" }, "Type"],
    [{ Type: undefined }, "Type"],
    [{ MessageId: "" }, "MessageId"],
    [{ MessageId: "a b" }, "MessageId"],
    [{ TopicArn: "arn:aws:sns:s3-eu-west-1:123456789012:a" }, "TopicArn"],
    [{ TopicArn: 5 }, "TopicArn"],
    [{ Message: null }, "Message"],
    [{ SignatureVersion: "3" }, "SignatureVersion"],
    [{ SignatureVersion: 1 }, "SignatureVersion"],
    [{ Signature: "not base64!" }, "Signature"],
    [{ SigningCertURL: {} }, "SigningCertURL"],
    [{ Token: "a b" }, "Token"],
    [{ SubscribeURL: undefined }, "SubscribeURL"],
  ];
  assert.ok(readEnvelope(good).ok);
  for (const [patch, field] of wrong) {
    const read = readEnvelope({ ...good, ...patch });
    assert.ok(!read.ok, field);
    assert.equal(read.field, field);
    assert.match(read.message, /SNS message/);
  }
});
