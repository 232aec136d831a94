/** Figures, and the words that go with them. */

export interface Figure {
  /** What was measured, with its unit. */
  name: string;
  value: number;
  /** Digits after the point. */
  digits?: number;
}

/** Promises the q-quantile, 0 to 1, by the nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

/** Promises the 50th and the 99th percentile of durations in milliseconds. */
export function percentiles(name: string, values: number[]): Figure[] {
  return [0.5, 0.99].map((q) => ({
    name: `${name}, p${q * 100} (ms)`,
    value: quantile(values, q),
    digits: 1,
  }));
}

/** Promises one row for each figure and one column for each run, in plain text. */
export function tableOf(runs: { name: string; figures: Figure[] }[]): string {
  const names = new Set(
    runs.flatMap(({ figures }) => figures.map(({ name }) => name)),
  );
  const rows = [...names].map((name) => [
    name,
    ...runs.map(({ figures }) =>
      shown(figures.find((figure) => figure.name === name))
    ),
  ]);
  const head = ["", ...runs.map(({ name }) => name)];
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0))
  );
  return [head, ...rows].map((row) =>
    row.map((cell, column) =>
      column === 0
        ? cell.padEnd(widths[0] ?? 0)
        : cell.padStart(widths[column] ?? 0)
    ).join("  ")
  ).join("\n");
}

function shown(figure: Figure | undefined): string {
  return figure ? figure.value.toFixed(figure.digits ?? 0) : "-";
}
