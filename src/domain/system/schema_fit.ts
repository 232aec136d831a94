/** Whether a program may work on a database, whichever of the two is newer. */

/** What of a database's migrations matters to every program. */
export interface DatabaseSchema {
  /** The newest migration that was applied; 0: none. */
  schemaVersion: number;
  /** Programs must know this migration to work on the database; 0: any may. */
  neededVersion: number;
}

/** `newer`: the database has migrations that the program does not know and can do without. */
export type SchemaFit = "same" | "newer" | "too_new" | "behind";

/** Promises how the database looks to a program whose newest migration is `knownVersion`. */
export function schemaFit(
  { schemaVersion, neededVersion }: DatabaseSchema,
  knownVersion: number,
): SchemaFit {
  if (schemaVersion < knownVersion) return "behind";
  if (neededVersion > knownVersion) return "too_new";
  return schemaVersion > knownVersion ? "newer" : "same";
}

/** Whether a program may page, escalate and run jobs on such a database. */
export function mayWorkOn(fit: SchemaFit): boolean {
  return fit === "same" || fit === "newer";
}
