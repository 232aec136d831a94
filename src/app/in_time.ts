/** Work that is not waited for longer than a while. */

/** Promises the work's result, or `late` when it takes longer; it goes on all the same. */
export async function inTime<T>(
  work: Promise<T>,
  limitMs: number,
): Promise<T | "late"> {
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), limitMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
