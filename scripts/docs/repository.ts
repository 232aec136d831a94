/** What the site is made from, as the repository has it. */
import { join } from "node:path";
import type { SiteInput } from "./site.ts";

/** Files outside docs/ whose sections pages may take in. */
const TAKEN_IN = ["README.md", "CHANGELOG.md"];

/** Promises the Markdown of the repository in this folder, and what reads its other files. */
export function readRepository(
  root: string,
): Pick<SiteInput, "markdown" | "read"> {
  const paths = [...TAKEN_IN, ...markdownBelow(root, "docs")];
  return {
    markdown: new Map(
      paths.map((path) => [path, Deno.readTextFileSync(join(root, path))]),
    ),
    read: (path) => readOrNull(join(root, path)),
  };
}

function markdownBelow(root: string, folder: string): string[] {
  return [...Deno.readDirSync(join(root, folder))].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    // What was built is no source.
    if (entry.isDirectory) {
      return path === "docs/site" ? [] : markdownBelow(root, path);
    }
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

function readOrNull(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
