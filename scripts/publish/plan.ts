/** What publishing will do, decided from the manifest and from what the bucket holds. */
import type { Manifest, SiteFile } from "../docs/manifest.ts";

/** An object of the bucket, as its headers tell. */
export interface RemoteObject {
  /** Of the content, as an earlier publishing has noted it; null: somebody else put it there. */
  sha256: string | null;
  contentType: string;
  cacheControl: string;
}

export interface Plan {
  /** In this order: no page is there before what it loads is. */
  upload: SiteFile[];
  unchanged: SiteFile[];
  /** Keys that an earlier publishing has put there, and that the site does not have any more. */
  remove: string[];
  /** Keys that somebody else has put there. They are left alone. */
  foreign: string[];
}

/** What other tools keep beside the site; neither sent nor deleted. */
const EXCLUDED = ["_screenshots/", "_lighthouse/"];

/** CloudFront takes 3,000 paths at a time, and charges for them one by one (Amazon CloudFront, "Quotas"). */
const MOST_PATHS = 100;

/** Whether publishing keeps away from this path. */
export function isExcluded(path: string): boolean {
  return EXCLUDED.some((folder) => path.startsWith(folder));
}

/** Promises how long browsers and edges may keep the file: for ever where its name tells its content, else briefly. */
export function cacheControl({ immutable }: SiteFile): string {
  return immutable
    ? "public, max-age=31536000, immutable"
    : "public, max-age=300";
}

/** Promises the plan. `remote` has every object of the bucket that matters, by key. */
export function planPublishing(
  manifest: Manifest,
  remote: ReadonlyMap<string, RemoteObject>,
): Plan {
  const files = manifest.files.filter(({ path }) => !isExcluded(path));
  const isThere = (file: SiteFile) => {
    const there = remote.get(file.path);
    return there?.sha256 === file.sha256 &&
      there.contentType === file.contentType &&
      there.cacheControl === cacheControl(file);
  };
  const own = new Set(files.map(({ path }) => path));
  const others = [...remote].filter(([key]) =>
    !own.has(key) && !isExcluded(key)
  );
  const upload = files.filter((file) => !isThere(file));
  return {
    upload: [
      ...upload.filter(({ immutable }) => immutable),
      ...upload.filter(({ immutable }) => !immutable),
    ],
    unchanged: files.filter(isThere),
    remove: others.filter(([, { sha256 }]) => sha256 !== null)
      .map(([key]) => key),
    foreign: others.filter(([, { sha256 }]) => sha256 === null)
      .map(([key]) => key),
  };
}

/** Promises what the edges must forget once these paths have changed; the home page has two addresses. */
export function invalidationPaths(paths: string[]): string[] {
  if (paths.length > MOST_PATHS) return ["/*"];
  return paths.flatMap((path) =>
    path === "index.html" ? ["/", "/index.html"] : [`/${path}`]
  );
}
