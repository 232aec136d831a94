/** The outside things that rules must not reach for themselves. */

/** Promises the present instant, epoch milliseconds. */
export type Clock = () => number;

/** Promises a number in [0, 1), as Math.random. Never for secrets. */
export type Random = () => number;

/** Promises a new identifier that no other process makes, 36 characters (a UUID). */
export type NewId = () => string;
