/** What lies beside a backup and says what it is: without it, or with another one, it is not believed. */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { BackupError } from "./backup_error.ts";

const FORMAT = "pagerpal-backup";
/** Of the manifest, and of what the file beside it is. */
const FORMAT_VERSION = 1;

const SCHEMA = z.object({
  format: z.literal(FORMAT),
  format_version: z.number().int().positive(),
  pagerpal_version: z.string(),
  /** The newest migration in the backup. */
  schema_version: z.number().int().nonnegative(),
  database: z.enum(["sqlite", "postgres"]),
  /** The name of the backup, which lies in the same place. */
  file: z.string(),
  size_bytes: z.number().int().nonnegative(),
  /** Of the file, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  began_at: z.iso.datetime(),
  ended_at: z.iso.datetime(),
  /** Tells whether a SECRET_KEY is the one that the data was written under, and nothing else of it. */
  key_check: z.string().regex(/^[0-9a-f]{32}$/),
  /** Rows of each table. */
  rows: z.record(z.string(), z.number().int().nonnegative()),
});

const VERSIONED = SCHEMA.pick({ format: true, format_version: true });

export type Manifest = z.output<typeof SCHEMA>;

/** Promises the text of a manifest. */
export function writeManifest(
  facts: Omit<Manifest, "format" | "format_version">,
): string {
  const manifest = { format: FORMAT, format_version: FORMAT_VERSION, ...facts };
  return JSON.stringify(manifest, null, 2) + "\n";
}

/** Promises what the text says; throws BackupError for anything but a manifest that this version understands. */
export function readManifest(text: string, name: string): Manifest {
  const value = parsed(text);
  // A later format may say other things.
  const version = VERSIONED.safeParse(value).data?.format_version ?? 0;
  if (version > FORMAT_VERSION) {
    throw new BackupError(
      `${name} is of format ${version}, and this version of PagerPal knows ${FORMAT_VERSION}. ` +
        "Use the version that wrote it, or a later one.",
    );
  }
  const { success, data } = SCHEMA.safeParse(value);
  if (success) return data;
  throw new BackupError(`${name} is not the manifest of a PagerPal backup.`);
}

/** Promises the name of the manifest of a backup. */
export function manifestName(backup: string): string {
  return `${backup}.json`;
}

/**
 * Promises a check value of the key. It is an HMAC, so that it says of a key that somebody has whether it is the one, and
 * of a key that is long enough nothing else.
 */
export function keyCheck(secretKey: string): string {
  return createHmac("sha256", secretKey).update("key of a backup")
    .digest("hex").slice(0, 32);
}

/** Whether the check value is of this key. */
export function isKeyOf(check: string, secretKey: string): boolean {
  return timingSafeEqual(Buffer.from(check), Buffer.from(keyCheck(secretKey)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
