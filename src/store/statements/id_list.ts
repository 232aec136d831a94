/** Lists of values in a statement, and rows to insert, in few lengths. */

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

/**
 * Promises the rows in lists whose lengths are powers of two, the longest first and none longer than `most`, which is one
 * too: an INSERT of many rows then has few texts.
 */
export function inFewChunks<T>(rows: readonly T[], most: number): T[][] {
  const lists: T[][] = [];
  for (let at = 0; at < rows.length;) {
    const left = rows.length - at;
    const length = Math.min(most, 2 ** Math.floor(Math.log2(left)));
    lists.push(rows.slice(at, at + length));
    at += length;
  }
  return lists;
}
