/** Every kind of place for backups, each with nothing in it. */
import { join } from "node:path";
import { folderPlace } from "../../src/backup/folder_place.ts";
import type { Place } from "../../src/backup/place.ts";
import { s3Place } from "../../src/backup/s3_place.ts";
import { S3Server } from "../s3_server.ts";

export interface TestPlace extends AsyncDisposable {
  place: Place;
  /** A folder for what a test writes. */
  folder: string;
}

/** Promises a folder, gone after the test. */
export async function tempFolder(): Promise<
  { path: string } & AsyncDisposable
> {
  const path = await Deno.makeTempDir({ prefix: "pagerpal_backup_" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** How to reach the server of the test. */
export function accessOf({ env }: S3Server) {
  return {
    region: env.AWS_REGION ?? null,
    endpoint: env.AWS_ENDPOINT_URL_S3 ?? null,
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
    },
  };
}

export const PLACES: Record<string, () => Promise<TestPlace>> = {
  async folder() {
    const folder = await tempFolder();
    return {
      place: folderPlace(join(folder.path, "made", "on demand")),
      folder: folder.path,
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  },
  async bucket() {
    const folder = await tempFolder();
    const server = await S3Server.start({ buckets: ["backups"] });
    const target = { bucket: "backups", prefix: "pager/nightly" };
    return {
      place: s3Place(target, {
        access: accessOf(server),
        scratch: join(folder.path, "scratch"),
      }),
      folder: folder.path,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await folder[Symbol.asyncDispose]();
      },
    };
  },
};
