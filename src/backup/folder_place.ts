/** Backups in a folder of this machine, or of a disk that is mounted here. */
import { join } from "node:path";
import { backupError } from "./backup_error.ts";
import { LONGEST_TEXT, type Place } from "./place.ts";
import { createPrivate, syncFile } from "./private_file.ts";

/** Promises the place; the folder is made when it is first written to. */
export function folderPlace(folder: string): Place {
  const at = (name: string) => join(folder, name);
  return {
    name: folder,
    async check() {
      const probe = at(".pagerpal-probe");
      await attempt(`${folder} takes no files`, async () => {
        await Deno.mkdir(folder, { recursive: true });
        await createPrivate(probe);
        await Deno.remove(probe);
      });
    },
    drafts: folder,
    keep: (draft, name) =>
      attempt(`${at(name)} could not be written`, async () => {
        await syncFile(draft);
        await Deno.rename(draft, at(name));
      }),
    list: () =>
      attempt(`${folder} cannot be read`, async () => {
        const names: string[] = [];
        for await (const entry of Deno.readDir(folder)) {
          if (entry.isFile) names.push(entry.name);
        }
        return names;
      }),
    read: (name) =>
      attempt(`${at(name)} cannot be read`, () => readSmall(at(name))),
    fetch: (name, path) =>
      attempt(`${at(name)} could not be copied`, async () => {
        await createPrivate(path);
        using to = await Deno.open(path, { write: true });
        const from = await Deno.open(at(name));
        await from.readable.pipeTo(to.writable, { preventClose: true });
      }),
    remove: (name) =>
      attempt(`${at(name)} could not be deleted`, async () => {
        await Deno.remove(at(name)).catch(unlessMissing);
      }),
  };
}

async function readSmall(path: string): Promise<string | null> {
  const facts = await Deno.stat(path).catch(unlessMissing);
  if (!facts?.isFile || facts.size > LONGEST_TEXT) return null;
  return await Deno.readTextFile(path);
}

function unlessMissing(error: unknown): null {
  if (error instanceof Deno.errors.NotFound) return null;
  throw error;
}

async function attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw backupError(doing, error);
  }
}
