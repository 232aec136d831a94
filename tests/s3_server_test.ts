import assert from "node:assert/strict";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { S3Server } from "./s3_server.ts";

function clientOf(
  { env }: S3Server,
  accessKeyId = env.AWS_ACCESS_KEY_ID ?? "",
): S3Client {
  return new S3Client({
    endpoint: env.AWS_ENDPOINT_URL_S3 ?? "",
    region: env.AWS_REGION ?? "",
    forcePathStyle: true,
    credentials: {
      accessKeyId,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
    },
  });
}

Deno.test("the S3 server of the tests keeps an object with its headers, and tells a stranger and a missing bucket apart", async () => {
  await using s3 = await S3Server.start({ buckets: ["backups"] });
  const client = clientOf(s3);
  const Bucket = "backups";
  const Key = "nightly/note.txt";
  await client.send(
    new PutObjectCommand({
      ...{ Bucket, Key, Body: "kept", ContentType: "text/plain" },
      CacheControl: "max-age=60",
    }),
  );
  const found = await client.send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(await found.Body?.transformToString(), "kept");
  assert.equal(found.ContentType, "text/plain");
  assert.equal(found.CacheControl, "max-age=60");
  const list = new ListObjectsV2Command({ Bucket, Prefix: "nightly/" });
  const { Contents = [] } = await client.send(list);
  assert.deepEqual(Contents.map((object) => object.Key), [Key]);
  assert.deepEqual(s3.requests.slice(0, 2), [
    "PUT /backups/nightly/note.txt",
    "GET /backups/nightly/note.txt",
  ]);

  const missing = new ListObjectsV2Command({ Bucket: "missing" });
  await assert.rejects(client.send(missing), { name: "NoSuchBucket" });
  await assert.rejects(clientOf(s3, "STRANGER").send(list), {
    name: "InvalidAccessKeyId",
  });
  s3.refuse("GET");
  await assert.rejects(client.send(list), { name: "AccessDenied" });
  client.destroy();
});
