/** Names of SNS topics, and the hosts that may speak for them. Pure. */

export interface SnsTopic {
  arn: string;
  /** As `eu-central-1`. */
  region: string;
  /** The region's SNS endpoint, as `sns.eu-central-1.amazonaws.com`. */
  host: string;
}

// One entry per partition (Amazon Resource Names, AWS General Reference); the European Sovereign Cloud is not there.
const DOMAIN_OF_PARTITION: Readonly<Record<string, string>> = {
  "aws": "amazonaws.com",
  "aws-cn": "amazonaws.com.cn",
  "aws-us-gov": "amazonaws.com",
};

// The region has the shape of a real one: a looser pattern also lets `sns.s3-eu-west-1.amazonaws.com` through, which is
// anybody's S3 bucket of the name "sns".
const TOPIC_ARN =
  /^arn:([a-z-]+):sns:([a-z]{2}(?:-[a-z]+){1,2}-\d{1,2}):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

/** Promises the topic that the ARN names, or null for anything that is not a topic's ARN. */
export function topicOf(arn: string): SnsTopic | null {
  const [, partition, region] = TOPIC_ARN.exec(arn) ?? [];
  if (partition === undefined || region === undefined) return null;
  const domain = Object.hasOwn(DOMAIN_OF_PARTITION, partition)
    ? DOMAIN_OF_PARTITION[partition]
    : undefined;
  return domain === undefined
    ? null
    : { arn, region, host: `sns.${region}.${domain}` };
}

/**
 * Promises the normal form of a URL whose certificate may vouch for the topic: https, the SNS endpoint of the topic's
 * own region and nothing else in it (no user, port, query or fragment), a path that ends in `.pem`. null for any other.
 */
export function signingCertUrl(url: string, topic: SnsTopic): string | null {
  const parsed = URL.parse(url);
  if (parsed === null || /[?#@\\\s]/.test(url)) return null;
  const allowed = parsed.protocol === "https:" &&
    parsed.hostname === topic.host && parsed.port === "" &&
    parsed.username === "" && parsed.password === "" &&
    /^\/[A-Za-z0-9._/-]+\.pem$/.test(parsed.pathname);
  return allowed ? parsed.href : null;
}

/** Promises the URL that confirms a subscription, made from what was verified and never from a body's SubscribeURL. */
export function confirmationUrl(topic: SnsTopic, token: string): string {
  const url = new URL(`https://${topic.host}/`);
  url.searchParams.set("Action", "ConfirmSubscription");
  url.searchParams.set("TopicArn", topic.arn);
  url.searchParams.set("Token", token);
  return url.href;
}
