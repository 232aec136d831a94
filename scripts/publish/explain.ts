/** Amazon's errors as sentences for the person at the terminal. */
import { z } from "zod";
import { CommandError } from "../command.ts";

const SdkError = z.object({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
});

const KEY =
  "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run this where the machine has a role.";

/** By the SDK's own names, or the code of the network's error. */
const SENTENCES: Record<string, string> = {
  NoSuchBucket: "there is no such bucket.",
  NotFound: "there is no such bucket.",
  PermanentRedirect: "the bucket is in another region: set AWS_REGION to it.",
  CredentialsProviderError: `no AWS credentials were found. ${KEY}`,
  InvalidAccessKeyId: `AWS does not know this access key. ${KEY}`,
  SignatureDoesNotMatch: `AWS does not know this secret key. ${KEY}`,
  ExpiredToken: `the credentials have expired. ${KEY}`,
  NoSuchDistribution: "there is no such distribution.",
  ECONNREFUSED: "nobody answers there.",
  ENOTFOUND: "there is no host of this name.",
  TimeoutError: "there was no answer in time.",
};

/**
 * Promises what `work` does; its errors become CommandErrors that begin with `doing`, and name the permission that lacks
 * where it was refused. Errors that are none of Amazon's or of the network are thrown as they are.
 */
export async function explained<T>(
  work: () => Promise<T>,
  { doing, permission }: { doing: string; permission: string },
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const sentence = sentenceOf(error, permission);
    if (sentence === null) throw error;
    throw new CommandError(`${doing}: ${sentence}`);
  }
}

function sentenceOf(error: unknown, permission: string): string | null {
  const parsed = SdkError.safeParse(error);
  if (!parsed.success) return null;
  const { name, code = "", message, $metadata } = parsed.data;
  const known = SENTENCES[name] ?? SENTENCES[code];
  if (known) return known;
  if (message.startsWith("Region is missing")) return "AWS_REGION is not set.";
  if ($metadata?.httpStatusCode === 403) {
    return `the credentials are not allowed to do it. They need ${permission}.`;
  }
  return $metadata ? `${name}: ${message}` : null;
}
