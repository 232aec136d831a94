/** What a file is, by how it begins. */
import type { BackupKind } from "../domain/system/backup.ts";

// sqlite.org/fileformat.html, "the database header"; PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c.
const SIGNATURES: Record<BackupKind, string> = {
  sqlite: "SQLite format 3\0",
  postgres: "PGDMP",
};

/** Promises what the file claims to be; null for anything that is no backup and no database. */
export async function kindOfFile(path: string): Promise<BackupKind | null> {
  using file = await Deno.open(path);
  const head = new Uint8Array(16);
  await file.read(head);
  const text = new TextDecoder("latin1").decode(head);
  const kinds: BackupKind[] = ["sqlite", "postgres"];
  return kinds.find((kind) => text.startsWith(SIGNATURES[kind])) ?? null;
}
