/** Puts a backup in the place of a database: everything is looked through first, and what was there is kept. */
import type { BackupKind } from "../domain/system/backup.ts";
import { BackupError, backupError } from "./backup_error.ts";
import {
  isKeyOf,
  type Manifest,
  manifestName,
  readManifest,
} from "./manifest.ts";
import type { Place } from "./place.ts";
import { kindOfFile } from "./kind_of_file.ts";
import { digestFile } from "./private_file.ts";

/** What was put in place, and where what was there is now. */
export interface Restored {
  /** Rows of each table, as the backup has them. */
  rows: Record<string, number>;
  /** The migrations that the backup lacked, applied to it by now. */
  migrated: string[];
  /** For people: where the former database is; null where there was none. */
  kept: string | null;
}

/** A database that can be put back. */
export interface RestoreTarget {
  kind: BackupKind;
  /** Where the backup is fetched to before it is looked through. */
  draft: string;
  /** Promises that the draft can be written, and that none is there. */
  prepareDraft(): Promise<void>;
  /** Promises that nothing is left of the draft. */
  removeDraft(): Promise<void>;
  /** Promises that no PagerPal works on the database; throws BackupError. */
  refuseRunning(): Promise<void>;
  /**
   * Promises the database of the draft, which is what was backed up and is at the newest migration, in the place of the one
   * that is there. Throws BackupError, and the one that is there has not changed.
   */
  replace(draft: string, source: Source): Promise<Restored>;
}

/** What is restored. */
export interface Source {
  /** Where it comes from, for the audit log. */
  name: string;
  /** What was written beside it; null where nothing is to be known of it. */
  manifest: Manifest | null;
  /** The newest migration that this program knows. */
  schemaVersion: number;
}

export interface RestoreOptions {
  place: Place;
  /** Of the backup, in its place. */
  name: string;
  target: RestoreTarget;
  /** The newest migration that this program knows. */
  schemaVersion: number;
  secretKey: string;
  /** The data was written under another key, and is to be restored all the same. */
  otherKey: boolean;
  /** There is no manifest, and the file is to be restored all the same. */
  withoutManifest: boolean;
}

/** Promises what was put in place. Throws BackupError, and nothing has changed. */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { place, name, target, withoutManifest } = options;
  const manifest = withoutManifest ? null : await manifestOf(place, name);
  if (manifest) refuseUnfit(manifest, options);
  await target.refuseRunning();
  try {
    await target.prepareDraft();
    await place.fetch(name, target.draft);
    if (manifest) await compare(target.draft, manifest);
    await refuseForeign(target.draft, target.kind);
    const { schemaVersion } = options;
    const source = { name: `${place.name}/${name}`, manifest, schemaVersion };
    return await target.replace(target.draft, source);
  } catch (error) {
    throw backupError("The backup could not be restored", error);
  } finally {
    await target.removeDraft().catch(() => {});
  }
}

async function manifestOf(place: Place, name: string): Promise<Manifest> {
  const beside = manifestName(name);
  const text = await place.read(beside);
  if (text !== null) return readManifest(text, beside);
  const known = await place.list();
  throw new BackupError(
    known.includes(name)
      ? `${beside} is not beside it, so that nobody knows whether ${name} is whole. With --without-manifest it is restored all the same.`
      : `There is no ${name} in ${place.name}.`,
  );
}

function refuseUnfit(
  manifest: Manifest,
  { target, schemaVersion, secretKey, otherKey }: RestoreOptions,
): void {
  if (manifest.database !== target.kind) throw wrongKind(manifest.database);
  refuseNewer(manifest.schema_version, {
    schemaVersion,
    since: `PagerPal ${manifest.pagerpal_version}`,
  });
  if (!otherKey && !isKeyOf(manifest.key_check, secretKey)) {
    throw new BackupError(
      "The data was written under another SECRET_KEY than the one that is set: set that one. Where it is lost, " +
        "--other-key restores all the same; addresses of calendars then have to be entered again, and links and codes " +
        "that were sent are void.",
    );
  }
}

/** Throws BackupError where the backup is at a later migration than this program knows. */
export function refuseNewer(
  found: number,
  { schemaVersion, since = "the version that made it" }: {
    schemaVersion: number;
    since?: string;
  },
): void {
  if (found <= schemaVersion) return;
  throw new BackupError(
    `The backup is at migration ${found}, and this version of PagerPal knows ${schemaVersion}. ` +
      `Restore it with ${since} or a later one.`,
  );
}

const NAMES: Record<BackupKind, string> = {
  sqlite: "a SQLite file",
  postgres: "PostgreSQL",
};

function wrongKind(kind: BackupKind): BackupError {
  return new BackupError(
    `The backup is of ${
      NAMES[kind]
    }, and DATABASE_URL names another kind of database. ` +
      "To move from one to the other there is deno task export.",
  );
}

async function compare(
  path: string,
  { size_bytes, sha256 }: Manifest,
): Promise<void> {
  const found = await digestFile(path);
  if (found.sizeBytes !== size_bytes) {
    throw new BackupError(
      `The backup is not whole: it has ${found.sizeBytes} of ${size_bytes} bytes.`,
    );
  }
  if (found.sha256 !== sha256) {
    throw new BackupError(
      "The backup is not what was written: its check sum is another one.",
    );
  }
}

async function refuseForeign(path: string, kind: BackupKind): Promise<void> {
  const found = await kindOfFile(path);
  if (found === kind) return;
  if (found !== null) throw wrongKind(found);
  throw new BackupError("The file is no backup of PagerPal's.");
}

/** Throws BackupError where the database has other numbers of rows than the manifest says. */
export function refuseOtherRows(
  rows: Record<string, number>,
  manifest: Manifest | null,
): void {
  for (const [table, wanted] of Object.entries(manifest?.rows ?? {})) {
    if (rows[table] === wanted) continue;
    throw new BackupError(
      `The backup has ${
        rows[table] ?? 0
      } rows in ${table}, and its manifest says ${wanted}.`,
    );
  }
}
