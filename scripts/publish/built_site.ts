/** The site that was built, checked before any of it leaves. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { CommandError } from "../command.ts";
import {
  type Manifest,
  MANIFEST_NAME,
  ManifestSchema,
  type SiteFile,
} from "../docs/manifest.ts";

const AGAIN = "Run: deno task docs:build";

/** Promises the manifest of a site for customers; throws CommandError for any other, and where there is none. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_NAME);
  const parsed = ManifestSchema.safeParse(parseJson(await readText(path)));
  if (!parsed.success) {
    throw new CommandError(`${path} is no manifest of a site. ${AGAIN}`);
  }
  const { audience } = parsed.data;
  if (audience !== "customer") {
    throw new CommandError(
      `${path} says that this site is for ${
        JSON.stringify(audience)
      }, and only what is for "customer" is published.`,
    );
  }
  return parsed.data;
}

/** Promises the file's content; throws CommandError where it is not what the manifest says. */
export async function readFile(
  folder: string,
  { path, sha256 }: SiteFile,
): Promise<Uint8Array> {
  const content = await Deno.readFile(join(folder, path)).catch(() => null);
  const found = content && createHash("sha256").update(content).digest("hex");
  if (content !== null && found === sha256) return content;
  throw new CommandError(
    `${join(folder, path)} is not what was built. ${AGAIN}`,
  );
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CommandError(`There is no ${path}. ${AGAIN}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
