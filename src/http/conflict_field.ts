/** Which input field a broken unique constraint is about. */

// SQLite names the columns (`teams.team_id, teams.name`), PostgreSQL the constraint (`teams_name_key`). The most
// telling field of a constraint over several comes first.
const FIELDS = ["email", "name", "address", "responder_id"];

/** Promises the field as the API names it; null where the constraint speaks of none that a caller can set. */
export function conflictField(constraint: string): string | null {
  return FIELDS.find((field) =>
    new RegExp(`(^|[._, ])${field}($|[_, ])`).test(constraint)
  ) ?? null;
}
