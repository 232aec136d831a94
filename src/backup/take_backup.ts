/** Makes a backup: written beside its place, read back, and only then given its name. */
import { join } from "node:path";
import { backupName, surplus } from "../domain/system/backup.ts";
import type { Retention } from "../domain/system/backup.ts";
import { backupError } from "./backup_error.ts";
import type { Dump } from "./dump.ts";
import { type Manifest, manifestName, writeManifest } from "./manifest.ts";
import type { Place } from "./place.ts";
import { createPrivate, digestFile, removeFile } from "./private_file.ts";

export interface TakeOptions {
  dump: Dump;
  place: Place;
  /** What the backup is to be called; by the time and the database when not given. */
  name?: string;
  /** Of the program. */
  version: string;
  /** Of the SECRET_KEY, as the manifest has it. */
  keyCheck: string;
  clock(): number;
}

/** A backup that was made. */
export interface Backup {
  name: string;
  /** As Place has it. */
  place: string;
  sizeBytes: number;
  beganAtMs: number;
  rows: Record<string, number>;
}

/**
 * Promises a backup with all that was committed before the call. It has its name once it is whole and its manifest is
 * beside it: what a failure leaves has neither. Throws BackupError, and nothing that was there has changed.
 */
export async function takeBackup(options: TakeOptions): Promise<Backup> {
  const { dump, place, clock } = options;
  await dump.check();
  await place.check();
  const beganAtMs = clock();
  const name = options.name ?? backupName(dump.kind, beganAtMs);
  await removeStale(place.drafts, beganAtMs);
  const draft = draftOf(place, name);
  try {
    await createPrivate(draft);
    const content = await dump.write(draft);
    const { sizeBytes, sha256 } = await digestFile(draft);
    await keepText(place, manifestName(name), {
      pagerpal_version: options.version,
      schema_version: content.schemaVersion,
      database: dump.kind,
      file: name,
      size_bytes: sizeBytes,
      sha256,
      began_at: new Date(beganAtMs).toISOString(),
      ended_at: new Date(clock()).toISOString(),
      key_check: options.keyCheck,
      rows: content.rows,
    });
    // Last, so that whatever has the name of a backup is whole, and has its manifest.
    await keepOrTakeBack(place, draft, name);
    const { rows } = content;
    return { name, place: place.name, sizeBytes, beganAtMs, rows };
  } catch (error) {
    throw backupError("The backup could not be made", error);
  } finally {
    await tidyUp(draft);
  }
}

/** Promises the names of the backups that were one too many, deleted together with their manifests. */
export async function rotate(
  place: Place,
  retention: Retention,
  nowMs: number,
): Promise<string[]> {
  const names = surplus(await place.list(), retention, nowMs);
  for (const name of names) {
    await place.remove(name);
    await place.remove(manifestName(name));
  }
  return names;
}

async function keepOrTakeBack(
  place: Place,
  draft: string,
  name: string,
): Promise<void> {
  try {
    await place.keep(draft, name);
  } catch (error) {
    await place.remove(manifestName(name)).catch(() => {});
    throw error;
  }
}

async function keepText(
  place: Place,
  name: string,
  manifest: Omit<Manifest, "format" | "format_version">,
): Promise<void> {
  const draft = draftOf(place, name);
  try {
    await createPrivate(draft);
    await Deno.writeTextFile(draft, writeManifest(manifest));
    await place.keep(draft, name);
  } finally {
    await tidyUp(draft);
  }
}

/** No backup takes so long: a draft of this age was left by a process that died. */
const STALE_MS = 2 * 24 * 60 * 60_000;

function draftOf({ drafts }: Place, name: string): string {
  return join(drafts, `.${name}.partial`);
}

async function removeStale(folder: string, nowMs: number): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^\.pagerpal-.*\.partial(-journal)?$/.test(name)) continue;
    const path = join(folder, name);
    const { mtime } = await Deno.stat(path);
    if (mtime && nowMs - mtime.getTime() > STALE_MS) await removeFile(path);
  }
}

/** SQLite leaves its journal beside what it could not finish. */
async function tidyUp(draft: string): Promise<void> {
  await removeFile(draft).catch(() => {});
  await removeFile(`${draft}-journal`).catch(() => {});
}
