/** How a use case says no. Thrown, so that it also rolls back the transaction it is thrown in. */

export type RefusalKind =
  | "not_found"
  | "conflict"
  | "invalid"
  | "forbidden"
  | "throttled"
  | "busy";

export interface RefusalDetail {
  /** The input field that is wrong, as the API names it. */
  field?: string;
  /** For `throttled` and `busy`: how long to wait, milliseconds. */
  retryAfterMs?: number;
  /** Rows that stand in the way of a deletion. */
  dependents?: { kind: string; id: number; name: string }[];
}

/** `code` is stable, for machines; the message is a sentence for the person who asked. Neither holds a secret. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  constructor(
    readonly kind: RefusalKind,
    readonly code: string,
    message: string,
    readonly detail: RefusalDetail = {},
  ) {
    super(message);
  }
}

/** Promises the refusal of a value that names the field and what is allowed. */
export function invalid(field: string, message: string): RefusedError {
  return new RefusedError("invalid", "validation_failed", message, { field });
}

/** Promises the refusal for a row that is not there, as `There is no team 7.` */
export function notFound(what: string, id: number): RefusedError {
  return new RefusedError(
    "not_found",
    "not_found",
    `There is no ${what} ${id}.`,
  );
}
