/** A disk that can be filled up: a file system in memory of a few megabytes, which only root of the machine may mount. */
import { join } from "node:path";

export interface SmallDisk extends AsyncDisposable {
  /** An empty folder on it. */
  folder: string;
  /** Takes all that is left of it. */
  fill(): Promise<void>;
  /** Gives that back. */
  free(): Promise<void>;
}

/** Promises a disk of so many mebibytes; null where this process may not mount one. */
export async function mountSmallDisk(
  mebibytes: number,
): Promise<SmallDisk | null> {
  if (Deno.build.os !== "linux") return null;
  const at = await Deno.makeTempDir({ prefix: "pagerpal_disk_" });
  const mounted = await run("mount", [
    ...["-t", "tmpfs", "-o", `size=${mebibytes}m,mode=0755`],
    ...["pagerpal", at],
  ]);
  if (!mounted) {
    await Deno.remove(at);
    return null;
  }
  const folder = join(at, "folder");
  await Deno.mkdir(folder);
  const ballast = join(at, "ballast");
  return {
    folder,
    async fill() {
      using file = await Deno.open(ballast, { create: true, append: true });
      // To the last page of the file system.
      for (let bytes = 1 << 20; bytes >= 1; bytes >>= 1) {
        while (await isWritten(file, new Uint8Array(bytes)));
      }
    },
    free: () => Deno.remove(ballast),
    async [Symbol.asyncDispose]() {
      // Lazily, as a server may still hold a file open.
      await run("umount", ["--lazy", at]);
      await Deno.remove(at);
    },
  };
}

async function isWritten(file: Deno.FsFile, bytes: Uint8Array) {
  try {
    return await file.write(bytes) > 0;
  } catch {
    return false;
  }
}

/** False also where there is no such program. */
async function run(program: string, args: string[]): Promise<boolean> {
  const quiet = { stdout: "null", stderr: "null" } as const;
  try {
    return (await new Deno.Command(program, { args, ...quiet }).output())
      .success;
  } catch {
    return false;
  }
}
