/** Partial updates. */

/** What a request names of `Fields`: zod leaves the others out or sets them to undefined. */
export type Given<Fields> = {
  [Key in keyof Fields]?: Fields[Key] | undefined;
};

/**
 * Promises the object without the keys whose value is undefined: what a request does not name stays as it is, and
 * `undefined` would not be the same as absent (exactOptionalPropertyTypes).
 */
export function given<T extends Record<string, unknown>>(
  fields: T,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}
