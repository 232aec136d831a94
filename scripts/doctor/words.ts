/** Sizes in words. */

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/** Promises the size with two digits that count, as "34 MB" or "1.2 GB". */
export function sizeWords(bytes: number): string {
  const power = Math.min(
    Math.floor(Math.log10(Math.max(bytes, 1)) / 3),
    UNITS.length - 1,
  );
  const format = new Intl.NumberFormat("en-GB", {
    style: "unit",
    unit: UNITS[power] ?? "byte",
    maximumFractionDigits: bytes / 1_000 ** power < 10 ? 1 : 0,
  });
  return format.format(bytes / 1_000 ** power);
}
