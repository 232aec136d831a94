/** The SNS envelope: its shape and the text that its signature covers (Amazon SNS Developer Guide). Pure. */
import { z } from "zod";
import type { JsonObject } from "./json_body.ts";
import { type SnsTopic, topicOf } from "./sns_topic.ts";

const common = {
  MessageId: z.string().regex(/^[\w-]{1,100}$/, "is not a message id"),
  TopicArn: z.string().max(512).refine(
    (arn) => topicOf(arn) !== null,
    "is not the ARN of an SNS topic",
  ),
  Message: z.string("must be text"),
  Timestamp: z.string("must be text").max(64),
  SignatureVersion: z.enum(["1", "2"], "must be “1” or “2”"),
  Signature: z.string().max(2_048).regex(
    /^[A-Za-z0-9+/]{40,}={0,2}$/,
    "is not base64",
  ),
  SigningCertURL: z.string("must be text").max(2_048),
};

const confirmation = {
  Token: z.string().regex(/^[\w-]{1,1024}$/, "is not a token"),
  SubscribeURL: z.string("must be text").max(8_192),
};

const shape = z.discriminatedUnion("Type", [
  z.object({
    Type: z.literal("Notification"),
    ...common,
    // Left out where there is none; null in copies made by other AWS services.
    Subject: z.string().nullish(),
  }),
  z.object({
    Type: z.literal("SubscriptionConfirmation"),
    ...common,
    ...confirmation,
  }),
  z.object({
    Type: z.literal("UnsubscribeConfirmation"),
    ...common,
    ...confirmation,
  }),
], "must be Notification, SubscriptionConfirmation or UnsubscribeConfirmation");

export type SnsEnvelope = z.infer<typeof shape>;
export type SnsNotification = Extract<SnsEnvelope, { Type: "Notification" }>;
export type SnsConfirmation = Exclude<SnsEnvelope, { Type: "Notification" }>;

/** Promises the envelope with its topic, or the first wrong field; nothing in it is genuine yet. */
export function readEnvelope(
  body: JsonObject,
):
  | { ok: true; envelope: SnsEnvelope; topic: SnsTopic }
  | { ok: false; field: string; message: string } {
  const read = shape.safeParse(body);
  const topic = read.success ? topicOf(read.data.TopicArn) : null;
  if (read.success && topic !== null) {
    return { ok: true, envelope: read.data, topic };
  }
  const issue = read.error?.issues[0];
  const field = String(issue?.path[0] ?? "Type");
  return {
    ok: false,
    field,
    message: `${field} of the SNS message ${issue?.message ?? "is wrong"}.`,
  };
}

/** Promises whether the body means to be an SNS envelope, sound or not. */
export function looksLikeEnvelope(body: JsonObject): boolean {
  return "TopicArn" in body || "SigningCertURL" in body ||
    (typeof body.Type === "string" && "MessageId" in body);
}

/**
 * Promises the signed text: name and value of each signed field, each followed by a line feed, in byte order of the
 * names, over the decoded values. `Subject` counts only where there is one.
 */
export function stringToSign(envelope: SnsEnvelope): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = envelope;
  const fields = envelope.Type === "Notification"
    ? {
      Message,
      MessageId,
      Subject: envelope.Subject,
      Timestamp,
      TopicArn,
      Type,
    }
    : {
      Message,
      MessageId,
      SubscribeURL: envelope.SubscribeURL,
      Timestamp,
      Token: envelope.Token,
      TopicArn,
      Type,
    };
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join("");
}
