/** What a built site says of itself: for whom it is, and every file with its hash. Publishing goes by it. */
import { createHash } from "node:crypto";
import { extname } from "node:path/posix";
import { z } from "zod";

export const MANIFEST_NAME = "manifest.json";

const SitePath = z.string().regex(
  /^[\w.-]+(\/[\w.-]+)*$/,
  "must be a path below the site, without dots that lead up",
).refine((path) => !path.split("/").includes(".."), "must not lead up");

const File = z.strictObject({
  path: SitePath,
  bytes: z.int().min(0),
  /** Of the content, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  contentType: z.string().min(1),
  /** Its name changes with its content. */
  immutable: z.boolean(),
});

export type SiteFile = z.infer<typeof File>;

export const ManifestSchema = z.strictObject({
  audience: z.string(),
  version: z.string(),
  /** Every page, as `integrations/grafana.html`. */
  routes: z.array(SitePath),
  files: z.array(File),
});

export type Manifest = z.infer<typeof ManifestSchema>;

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/** Promises the manifest of these files, which are all for customers; throws for one whose type is not known. */
export function makeManifest(
  files: ReadonlyMap<string, Uint8Array>,
  version: string,
): Manifest {
  return {
    audience: "customer",
    version,
    routes: [...files.keys()].filter((path) => path.endsWith(".html")).sort(),
    files: [...files].map(([path, content]) => describe(path, content))
      .toSorted((a, b) => a.path < b.path ? -1 : 1),
  };
}

function describe(path: string, content: Uint8Array): SiteFile {
  const contentType = TYPES[extname(path)];
  if (contentType === undefined) throw new Error(`${path} has no known type`);
  return {
    path,
    bytes: content.byteLength,
    sha256: createHash("sha256").update(content).digest("hex"),
    contentType,
    immutable: path.startsWith("assets/"),
  };
}
