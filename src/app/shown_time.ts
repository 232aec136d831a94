/** Instants in JSON. */

/** Promises ISO 8601 in UTC with milliseconds. */
export function shownTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function shownTimeOrNull(ms: number | null): string | null {
  return ms === null ? null : shownTime(ms);
}
