/** Backups in a bucket of Amazon S3, or of a server that speaks like it. */
import { createReadStream } from "node:fs";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { BackupError, backupError } from "./backup_error.ts";
import { LONGEST_TEXT, type Place } from "./place.ts";
import { createPrivate } from "./private_file.ts";

/** How the server is found, and who we are there. */
export interface S3Access {
  region: string | null;
  /** Of a server that is not Amazon's; null: Amazon's own. */
  endpoint: string | null;
  /** Null: those that Amazon gives to the machine that this is. */
  credentials: {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
  } | null;
}

export interface S3Target {
  bucket: string;
  /** Without a slash at either end; empty: the bucket itself. */
  prefix: string;
}

/** An object has at most 10,000 parts (Amazon S3 User Guide, "multipart upload limits"). */
const MOST_PARTS = 10_000;
const LEAST_PART_BYTES = 8 * 1024 * 1024;

/** Promises the place. Drafts are made in the folder `scratch`, which must have room for a backup. */
export function s3Place(
  { bucket, prefix }: S3Target,
  { access, scratch }: { access: S3Access; scratch: string },
): Place {
  const client = clientFor(access);
  const folder = prefix === "" ? "" : `${prefix}/`;
  const at = (name: string) => `s3://${bucket}/${folder}${name}`;
  const object = (name: string) => ({ Bucket: bucket, Key: folder + name });
  const attempt = <T>(doing: string, work: () => Promise<T>) =>
    explained(work, { doing, bucket });
  return {
    name: at("").replace(/\/$/, ""),
    check: () =>
      attempt(`${at("")} cannot be used`, async () => {
        await Deno.mkdir(scratch, { recursive: true });
        const one = { Bucket: bucket, Prefix: folder, MaxKeys: 1 };
        await client.send(new ListObjectsV2Command(one));
      }),
    drafts: scratch,
    keep: (draft, name) =>
      attempt(`${at(name)} could not be written`, async () => {
        await upload(client, draft, object(name));
        await Deno.remove(draft);
      }),
    list: () =>
      attempt(
        `${at("")} cannot be read`,
        () => namesIn(client, { Bucket: bucket, Prefix: folder }),
      ),
    read: (name) =>
      attempt(`${at(name)} cannot be read`, () => text(client, object(name))),
    fetch: (name, path) =>
      attempt(`${at(name)} could not be fetched`, async () => {
        const { Body } = await client.send(new GetObjectCommand(object(name)));
        await createPrivate(path);
        const file = await Deno.open(path, { write: true });
        await Body?.transformToWebStream().pipeTo(file.writable);
      }),
    remove: (name) =>
      attempt(`${at(name)} could not be deleted`, async () => {
        await client.send(new DeleteObjectCommand(object(name)));
      }),
  };
}

function clientFor({ region, endpoint, credentials }: S3Access): S3Client {
  if (region === null && endpoint === null) {
    throw new BackupError("AWS_REGION is not set: where is the bucket?");
  }
  return new S3Client({
    // Servers that are not Amazon's have one region and do not mind what it is called.
    region: region ?? "us-east-1",
    // Nor do they all know buckets as host names.
    ...endpoint === null ? {} : { endpoint, forcePathStyle: true },
    // A copy: the client writes into it.
    ...credentials === null ? {} : { credentials: { ...credentials } },
    // Older servers refuse the check sums that newer ones of Amazon's ask nobody for.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

interface ObjectName {
  Bucket: string;
  Key: string;
}

/** Nobody sees an object before all of it is there. */
async function upload(
  client: S3Client,
  draft: string,
  target: ObjectName,
): Promise<void> {
  const { size } = await Deno.stat(draft);
  const partSize = Math.max(LEAST_PART_BYTES, Math.ceil(size / MOST_PARTS));
  const Body = createReadStream(draft);
  await new Upload({ client, partSize, params: { ...target, Body } }).done();
  const { ContentLength } = await client.send(new HeadObjectCommand(target));
  if (ContentLength === size) return;
  throw new BackupError(
    `The bucket says that it has ${ContentLength} of ${size} bytes.`,
  );
}

async function namesIn(
  client: S3Client,
  { Bucket, Prefix }: { Bucket: string; Prefix: string },
): Promise<string[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        ...{ Bucket, Prefix, Delimiter: "/" },
        ...token === undefined ? {} : { ContinuationToken: token },
      }),
    );
    for (const { Key = "" } of page.Contents ?? []) {
      names.push(Key.slice(Prefix.length));
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return names;
}

async function text(
  client: S3Client,
  target: ObjectName,
): Promise<string | null> {
  try {
    const found = await client.send(new GetObjectCommand(target));
    const { Body, ContentLength = 0 } = found;
    if (ContentLength > LONGEST_TEXT) return null;
    return await Body?.transformToString() ?? null;
  } catch (error) {
    if (nameOf(error) === "NoSuchKey") return null;
    throw error;
  }
}

/** Amazon's words for what the person at the terminal can mend (Amazon S3 API Reference, "Error responses"). */
const REASONS: Record<string, (bucket: string) => string> = {
  NoSuchBucket: (bucket) => `there is no bucket ${bucket}.`,
  NoSuchKey: () => "it is not there.",
  AccessDenied: (bucket) =>
    `access to the bucket ${bucket} is denied. It takes s3:ListBucket on the bucket, and s3:GetObject, ` +
    "s3:PutObject and s3:DeleteObject on what is in it.",
  InvalidAccessKeyId: () => "AWS_ACCESS_KEY_ID is not known there.",
  SignatureDoesNotMatch: () =>
    "AWS_SECRET_ACCESS_KEY is not the one of AWS_ACCESS_KEY_ID.",
  ExpiredToken: () => "AWS_SESSION_TOKEN is no longer valid.",
  PermanentRedirect: (bucket) =>
    `the bucket ${bucket} is in another region than AWS_REGION says.`,
  CredentialsProviderError: () =>
    "nobody says who we are. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role.",
};

async function explained<T>(
  work: () => Promise<T>,
  { doing, bucket }: { doing: string; bucket: string },
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = REASONS[nameOf(error)];
    if (reason === undefined) throw backupError(doing, error);
    throw new BackupError(`${doing}: ${reason(bucket)}`, { cause: error });
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}
