import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import {
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import config from "../../deno.json" with { type: "json" };
import { makeManifest } from "../../scripts/docs/manifest.ts";
import { S3Server } from "../s3_server.ts";
import { FakeCloudFront } from "./cloudfront.ts";

const ROOT = new URL("../../", import.meta.url);
const BUCKET = "docs.example.com";

const PAGES = {
  "index.html": "home",
  "old.html": "to go",
  "assets/a.0123456789.css": "a{}",
  "integrations/grafana.html": "grafana",
};

/** A site that was built, in a folder of its own, and what publishes it. */
class Desk implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    readonly s3: S3Server,
    readonly cloudFront: FakeCloudFront,
  ) {}

  static async open(): Promise<Desk> {
    const folder = await Deno.makeTempDir({ prefix: "pagerpal_site_" });
    const s3 = await S3Server.start({ buckets: [BUCKET] });
    const desk = new Desk(folder, s3, FakeCloudFront.start());
    await desk.build(PAGES);
    return desk;
  }

  async build(
    pages: Record<string, string>,
    audience = "customer",
  ): Promise<void> {
    const files = new Map<string, Uint8Array>();
    for (const [path, content] of Object.entries(pages)) {
      files.set(path, new TextEncoder().encode(content));
      await Deno.mkdir(join(this.folder, dirname(path)), { recursive: true });
      await Deno.writeTextFile(join(this.folder, path), content);
    }
    const manifest = { ...makeManifest(files, "1.2.3"), audience };
    await Deno.writeTextFile(
      join(this.folder, "manifest.json"),
      JSON.stringify(manifest),
    );
  }

  /** Runs it as its task does. */
  async publish(
    args: string[] = [],
    { bucket = BUCKET, env = {} }: {
      bucket?: string;
      env?: Record<string, string>;
    } = {},
  ): Promise<{ code: number; out: string; err: string; asked: string[] }> {
    const [, ...command] = config.tasks["docs:publish"].command.split(" ");
    const before = this.s3.requests.length;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...command, "--bucket", bucket, "--site", this.folder, ...args],
      cwd: ROOT,
      env: {
        NO_COLOR: "1",
        ...this.s3.env,
        AWS_ENDPOINT_URL_CLOUDFRONT: this.cloudFront.url,
        // Whatever this machine has of its own.
        AWS_CONFIG_FILE: join(this.folder, "none"),
        AWS_SHARED_CREDENTIALS_FILE: join(this.folder, "none"),
        AWS_EC2_METADATA_DISABLED: "true",
        ...env,
      },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return {
      code,
      out: text(stdout),
      err: text(stderr),
      asked: this.s3.requests.slice(before),
    };
  }

  /** Promises the paths that were written to or deleted, in their order. */
  static changes(asked: string[]): string[] {
    return asked.filter((one) => /^(PUT|DELETE) /.test(one))
      .map((one) => one.replace(`/${BUCKET}/`, ""));
  }

  client(): S3Client {
    return new S3Client({
      endpoint: this.s3.url,
      region: "eu-west-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.s3[Symbol.asyncDispose]();
    await this.cloudFront[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("a site is put into its bucket with types and cache headers; later only what has changed is, and only --delete deletes", async () => {
  await using desk = await Desk.open();
  const client = desk.client();
  await client.send(
    new PutObjectCommand({ Bucket: BUCKET, Key: "theirs.txt", Body: "theirs" }),
  );
  const tried = await desk.publish(["--dry-run", "--delete"]);
  assert.equal(tried.code, 0, tried.err);
  assert.match(tried.out, /4 would be uploaded, 0 unchanged, 0 would be del/);
  assert.deepEqual(Desk.changes(tried.asked), []);

  const first = await desk.publish();
  assert.equal(first.code, 0, first.err);
  const [asset, ...pages] = Desk.changes(first.asked);
  assert.equal(asset, "PUT assets/a.0123456789.css");
  assert.equal(pages.length, 3);
  const head = (Key: string) =>
    client.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
  const page = await head("integrations/grafana.html");
  assert.equal(page.ContentType, "text/html; charset=utf-8");
  assert.equal(page.CacheControl, "public, max-age=300");
  const style = await head("assets/a.0123456789.css");
  assert.equal(style.ContentType, "text/css; charset=utf-8");
  assert.equal(style.CacheControl, "public, max-age=31536000, immutable");

  const { "old.html": _, ...rest } = PAGES;
  await desk.build({ ...rest, "index.html": "home, again" });
  const second = await desk.publish(
    ["--cloudfront-distribution-id", "E2EXAMPLE51Z"],
  );
  assert.equal(second.code, 0, second.err);
  assert.deepEqual(Desk.changes(second.asked), ["PUT index.html"]);
  assert.deepEqual(desk.cloudFront.invalidations, [
    { distribution: "E2EXAMPLE51Z", paths: ["/", "/index.html"] },
  ]);

  const third = await desk.publish(
    ["--delete", "--cloudfront-distribution-id", "E2EXAMPLE51Z"],
  );
  assert.equal(third.code, 0, third.err);
  assert.deepEqual(Desk.changes(third.asked), ["DELETE old.html"]);
  assert.match(third.out, /leave {3}theirs\.txt/);
  assert.deepEqual(desk.cloudFront.invalidations[1]?.paths, ["/old.html"]);
  client.destroy();
});

Deno.test("a site that is not for customers, or is not what was built, stays here as a whole", async () => {
  await using desk = await Desk.open();
  await Deno.writeTextFile(join(desk.folder, "index.html"), "by hand");
  const changed = await desk.publish();
  assert.equal(changed.code, 1);
  assert.match(changed.err, /index\.html is not what was built/);
  await desk.build(PAGES, "internal");
  const internal = await desk.publish();
  assert.equal(internal.code, 1);
  assert.match(internal.err, /this site is for "internal"/);
  assert.deepEqual(Desk.changes([...changed.asked, ...internal.asked]), []);
  assert.deepEqual(internal.asked, []);
});

Deno.test("what is wrong is a sentence: a missing bucket, a key that nobody knows, no permission, no distribution", async () => {
  await using desk = await Desk.open();
  const missing = await desk.publish([], { bucket: "nowhere" });
  assert.match(
    missing.err,
    /^The bucket nowhere cannot be read: there is no such bucket\.$/m,
  );
  const stranger = await desk.publish([], {
    env: { AWS_ACCESS_KEY_ID: "STRANGER" },
  });
  assert.match(stranger.err, /AWS does not know this access key/);
  const distribution = await desk.publish(
    ["--cloudfront-distribution-id", "EOTHER"],
  );
  assert.match(
    distribution.err,
    /^Everything is in the bucket, but .* there is no such distribution\.$/m,
  );
  await desk.build({ ...PAGES, "index.html": "again" });
  desk.s3.refuse("PUT");
  const refused = await desk.publish();
  assert.match(
    refused.err,
    /^index\.html could not be put .* They need s3:PutObject\.$/m,
  );
  for (const { code } of [missing, stranger, distribution, refused]) {
    assert.equal(code, 1);
  }
});

Deno.test("a wrong call says so and asks nobody", async () => {
  await using desk = await Desk.open();
  const { code, err, asked } = await desk.publish([], { bucket: "My Bucket" });
  assert.equal(code, 2);
  assert.match(err, /"My Bucket" is no name of a bucket/);
  assert.deepEqual(asked, []);
});
