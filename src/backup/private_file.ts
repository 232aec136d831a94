/** Files that hold all of the data: nobody else may read them, and they are on disk before they are relied on. */
import { createHash } from "node:crypto";

/** Promises an empty file that only its owner can read; one that was there is gone. */
export async function createPrivate(path: string): Promise<void> {
  await removeFile(path);
  const file = await Deno.open(path, {
    ...{ write: true, createNew: true },
    mode: 0o600,
  });
  file.close();
}

/** Promises that all of the file has reached the disk. */
export async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.sync();
}

/** Promises the length of the file, and its SHA-256, hex. Other work goes on meanwhile. */
export async function digestFile(
  path: string,
): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const file = await Deno.open(path);
  for await (const chunk of file.readable) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

/** Promises that there is no such file. */
export async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Promises whether there is a file, of any kind, at the path. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
