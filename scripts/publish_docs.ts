/** Publishes the documentation site that was built into a bucket, and has CloudFront forget what has changed. */
import { fileURLToPath } from "node:url";
import { CommandError, type ExitCode, runCommand } from "./command.ts";
import type { Manifest, SiteFile } from "./docs/manifest.ts";
import { type Bucket, openBucket } from "./publish/bucket.ts";
import { readFile, readManifest } from "./publish/built_site.ts";
import { explained } from "./publish/explain.ts";
import { invalidate } from "./publish/invalidate.ts";
import {
  invalidationPaths,
  isExcluded,
  type Plan,
  planPublishing,
  type RemoteObject,
} from "./publish/plan.ts";

const USAGE = `Usage: deno task docs:publish --bucket <name> [options]

Puts docs/site, as deno task docs:build has made it, into a bucket of Amazon S3.
Sends only what has changed. The region and the credentials are those of AWS's
own variables and files (AWS_REGION, AWS_PROFILE, AWS_ACCESS_KEY_ID, ...).

  --bucket <name>  the bucket
  --dry-run        look, and say what would be done
  --delete         delete what an earlier publishing has put there and the site
                   has no more; what others have put there is left alone
  --cloudfront-distribution-id <id>
                   have this distribution forget what has changed
  --site <folder>  another folder than docs/site
  --help           this text`;

const OPTIONS = {
  bucket: { type: "string" },
  "dry-run": { type: "boolean" },
  delete: { type: "boolean" },
  "cloudfront-distribution-id": { type: "string" },
  site: { type: "string" },
} as const;

interface Values {
  bucket?: string;
  "dry-run"?: boolean;
  delete?: boolean;
  "cloudfront-distribution-id"?: string;
  site?: string;
}

const SITE = fileURLToPath(new URL("../docs/site", import.meta.url));
/** Requests to the bucket at once. */
const AT_ONCE = 8;

interface Publishing {
  name: string;
  bucket: Bucket;
  folder: string;
  removes: boolean;
}

async function run(values: Values): Promise<ExitCode> {
  const name = readName(values.bucket);
  const distribution = readDistribution(values["cloudfront-distribution-id"]);
  const folder = values.site ?? SITE;
  const manifest = await readManifest(folder);
  using bucket = openBucket(name);
  const removes = values.delete ?? false;
  const publishing = { name, bucket, folder, removes };
  const plan = await makePlan(manifest, publishing);
  for (const key of plan.foreign) {
    console.log(`leave   ${key}  (not from here)`);
  }
  const changed = [...plan.upload.map(({ path }) => path), ...plan.remove];
  if (values["dry-run"]) {
    for (const { path } of plan.upload) console.log(`would upload  ${path}`);
    for (const key of plan.remove) console.log(`would delete  ${key}`);
    console.log(summary(plan, { removes, verb: "would be " }));
    return 0;
  }
  await carryOut(plan, publishing);
  console.log(summary(plan, { removes, verb: "" }));
  if (distribution && changed.length > 0) await forget(distribution, changed);
  return 0;
}

/** Looks at the objects that the site has too, and only with --delete at others: what is not looked at is not deleted. */
async function makePlan(
  manifest: Manifest,
  { name, bucket, removes }: Publishing,
): Promise<Plan> {
  const remote = new Map<string, RemoteObject>();
  const keys = await explained(() => bucket.keys(), {
    doing: `The bucket ${name} cannot be read`,
    permission: "s3:ListBucket",
  });
  const own = new Set(manifest.files.map(({ path }) => path));
  const looked = keys.filter((key) =>
    !isExcluded(key) && (removes || own.has(key))
  );
  await inTurns(
    looked,
    (key) =>
      explained(async () => void remote.set(key, await bucket.look(key)), {
        doing: `${key} in ${name} cannot be read`,
        permission: "s3:GetObject",
      }),
  );
  return planPublishing(manifest, remote);
}

/** All files are read before the first leaves: a site that was changed by hand is refused as a whole. */
async function carryOut(
  { upload, remove }: Plan,
  { name, bucket, folder }: Publishing,
): Promise<void> {
  const contents = new Map<SiteFile, Uint8Array>();
  for (const file of upload) contents.set(file, await readFile(folder, file));
  const send = ([file, content]: [SiteFile, Uint8Array]) =>
    explained(async () => {
      await bucket.put(file, content);
      console.log(`upload  ${file.path}`);
    }, {
      doing: `${file.path} could not be put into ${name}`,
      permission: "s3:PutObject",
    });
  // Pages go when all that they load is there.
  await inTurns([...contents].filter(([file]) => file.immutable), send);
  await inTurns([...contents].filter(([file]) => !file.immutable), send);
  await inTurns(remove, (key) =>
    explained(async () => {
      await bucket.remove(key);
      console.log(`delete  ${key}`);
    }, {
      doing: `${key} could not be deleted from ${name}`,
      permission: "s3:DeleteObject",
    }));
}

async function forget(distribution: string, changed: string[]): Promise<void> {
  const paths = invalidationPaths(changed);
  const id = await explained(() => invalidate(distribution, paths), {
    doing:
      `Everything is in the bucket, but CloudFront's ${distribution} has not forgotten what was there`,
    permission: "cloudfront:CreateInvalidation",
  });
  console.log(`CloudFront forgets ${paths.length} paths: invalidation ${id}`);
}

function summary(
  { upload, unchanged, remove }: Plan,
  { removes, verb }: { removes: boolean; verb: string },
): string {
  const deleted = removes ? `, ${remove.length} ${verb}deleted` : "";
  return `${upload.length} ${verb}uploaded, ${unchanged.length} unchanged${deleted}`;
}

/** Settles when `work` is done with all, some at once; stops at the first error. */
async function inTurns<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE) {
    await Promise.all(items.slice(at, at + AT_ONCE).map(work));
  }
}

/** Amazon S3 User Guide, "General purpose bucket naming rules". */
function readName(name = ""): string {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) return name;
  throw new CommandError(
    name === ""
      ? "Say which bucket, with --bucket."
      : `${JSON.stringify(name)} is no name of a bucket.`,
    2,
  );
}

function readDistribution(id: string | undefined): string | null {
  if (id === undefined) return null;
  if (/^[A-Z0-9]{5,32}$/.test(id)) return id;
  throw new CommandError(
    `${JSON.stringify(id)} is no id of a distribution, as E2EXAMPLE51Z.`,
    2,
  );
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({ usage: USAGE, options: OPTIONS, run }, Deno.args),
  );
}
