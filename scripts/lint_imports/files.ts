import { fileURLToPath } from "node:url";

/** Promises the path of a file: URL. */
export const fromFileUrl = (url: string): string => fileURLToPath(url);

/** Promises the path of a module below the root, or null when it is elsewhere. Both are file: URLs. */
export function relativeTo(root: string, specifier: string): string | null {
  return specifier.startsWith(root)
    ? decodeURIComponent(specifier.slice(root.length))
    : null;
}

/** Promises main.ts, where there is one, and every TypeScript file of src and scripts, relative to `root`, sorted. */
export function sourceFiles(root: string): string[] {
  const files = [...modulesBelow(root, "src"), ...modulesBelow(root, "scripts")]
    .sort();
  const top = [...Deno.readDirSync(root)].map(({ name }) => name);
  return top.includes("main.ts") ? ["main.ts", ...files] : files;
}

/** Promises the TypeScript files of a folder and all below it, relative to `root`, which is a path with a slash. */
export function* modulesBelow(root: string, folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${root}${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* modulesBelow(root, path);
    else if (name.endsWith(".ts")) yield path;
  }
}
