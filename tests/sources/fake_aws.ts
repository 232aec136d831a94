/** SNS as it looks from outside: signs messages with a key of its own, serves the certificate, confirms subscriptions. */
import { createSign } from "node:crypto";
import { generate } from "npm:selfsigned@5.5.0";
import type { Fetch } from "../../src/sources/aws_fetch.ts";
import type { SnsEnvelope } from "../../src/sources/sns_envelope.ts";
import { stringToSign } from "../../src/sources/sns_envelope.ts";
import { NOW_MS, sample, TOPIC } from "./fixture.ts";

export const CERT_URL =
  "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
export const SAMPLE_CERT = sample("sns/test-signing-cert.pem");
export const SUBSCRIPTION_ARN = `${TOPIC}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55`;

const DAY_MS = 86_400_000;

export interface Signer {
  pem: string;
  privateKey: string;
}

/** A key with a certificate valid around NOW_MS, or in the given days from it. */
export async function makeSigner(
  days: { from: number; to: number } = { from: -30, to: 30 },
): Promise<Signer> {
  const made = await generate([{ name: "commonName", value: "sns.test" }], {
    keySize: 2048,
    algorithm: "sha256",
    notBeforeDate: new Date(NOW_MS + days.from * DAY_MS),
    notAfterDate: new Date(NOW_MS + days.to * DAY_MS),
  });
  return { pem: made.cert, privateKey: made.private };
}

/** A notification of TOPIC at NOW_MS, signed; `patch` is signed with it. */
export function notification(
  signer: Signer,
  patch: Record<string, unknown> = {},
): Record<string, unknown> {
  return sign(signer, {
    Type: "Notification",
    MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    TopicArn: TOPIC,
    Message: sample("cloudwatch/message-alarm.json"),
    Timestamp: new Date(NOW_MS).toISOString(),
    SignatureVersion: "2",
    SigningCertURL: CERT_URL,
    UnsubscribeURL:
      "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
    ...patch,
  });
}

export const TOKEN = "2336412f37fb687f5d51e6e2425c464cefd7e0b4b8e3a2c5";

export function confirmation(
  signer: Signer,
  patch: Record<string, unknown> = {},
): Record<string, unknown> {
  return sign(signer, {
    Type: "SubscriptionConfirmation",
    MessageId: "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    Token: TOKEN,
    TopicArn: TOPIC,
    Message: "You have chosen to subscribe to the topic.",
    SubscribeURL: "http://169.254.169.254/latest/meta-data",
    Timestamp: new Date(NOW_MS).toISOString(),
    SignatureVersion: "2",
    SigningCertURL: CERT_URL,
    ...patch,
  });
}

export function sign(
  signer: Signer,
  unsigned: Record<string, unknown>,
): Record<string, unknown> {
  // As SNS builds it; the test of string-to-sign.cases.json holds this text to the vectors.
  const text = stringToSign(unsigned as SnsEnvelope);
  const algorithm = unsigned.SignatureVersion === "1"
    ? "RSA-SHA1"
    : "RSA-SHA256";
  const Signature = createSign(algorithm).update(text, "utf8")
    .sign(signer.privateKey, "base64");
  return { ...unsigned, Signature };
}

/** A fetch that answers by URL, and what it was asked. An answer may be an error to throw. */
export function fakeFetch(
  answer: (url: string) => Response | Error | Promise<Response>,
): { fetch: Fetch; asked: string[]; inits: RequestInit[] } {
  const asked: string[] = [];
  const inits: RequestInit[] = [];
  const fetch: Fetch = async (input, init) => {
    asked.push(String(input));
    inits.push(init ?? {});
    const result = await answer(String(input));
    if (result instanceof Error) throw result;
    return result;
  };
  return { fetch, asked, inits };
}

/** AWS in good order: the signer's certificate under every URL, and every subscription confirmed. */
export function healthyAws(pem: string): ReturnType<typeof fakeFetch> {
  return fakeFetch((url) =>
    url.includes("Action=ConfirmSubscription")
      ? new Response(sample("sns/confirm-response.xml"))
      : new Response(pem)
  );
}
