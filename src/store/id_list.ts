/** Lists of values in a statement, in few lengths. */

/**
 * Promises each value at least once, in a list whose length is a power of two: the last one is repeated, which `IN` does
 * not mind. Databases keep a prepared statement for every text, and every length of a list is another text. Empty for
 * an empty list.
 */
export function inFewLengths<T>(values: readonly T[]): T[] {
  const list = [...new Set(values)];
  const last = list.at(-1);
  if (last === undefined) return list;
  const length = 2 ** Math.ceil(Math.log2(list.length));
  while (list.length < length) list.push(last);
  return list;
}
