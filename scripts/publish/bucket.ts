/** The bucket that the site is served from. */
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { SiteFile } from "../docs/manifest.ts";
import { cacheControl, type RemoteObject } from "./plan.ts";

export interface Bucket extends Disposable {
  /** Promises the key of every object. */
  keys(): Promise<string[]>;
  /** Promises what the object's headers tell. */
  look(key: string): Promise<RemoteObject>;
  put(file: SiteFile, content: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
}

/** The name of the metadata by which we know what we have put there. */
const NOTE = "pagerpal-docs-sha256";

/** Promises the bucket as AWS's own variables and files lead to it; its errors are those of the SDK. */
export function openBucket(name: string): Bucket {
  const client = new S3Client({
    // A server that is not Amazon's need not know buckets as host names.
    forcePathStyle: Deno.env.has("AWS_ENDPOINT_URL_S3") ||
      Deno.env.has("AWS_ENDPOINT_URL"),
  });
  const object = (key: string) => ({ Bucket: name, Key: key });
  return {
    keys: () => keysOf(client, name),
    async look(key) {
      const head = await client.send(new HeadObjectCommand(object(key)));
      return {
        sha256: head.Metadata?.[NOTE] ?? null,
        contentType: head.ContentType ?? "",
        cacheControl: head.CacheControl ?? "",
      };
    },
    async put(file, content) {
      await client.send(
        new PutObjectCommand({
          ...object(file.path),
          Body: content,
          ContentType: file.contentType,
          CacheControl: cacheControl(file),
          Metadata: { [NOTE]: file.sha256 },
        }),
      );
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand(object(key)));
    },
    [Symbol.dispose]: () => client.destroy(),
  };
}

async function keysOf(client: S3Client, Bucket: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2({ client }, { Bucket })) {
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
  }
  return keys;
}
