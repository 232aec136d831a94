/** The metrics as a program that knows the exposition format reads them. */
import parse from "npm:parse-prometheus-text-format@1.1.1";

export interface Family {
  name: string;
  help: string;
  type: string;
}

type Labels = Record<string, string>;

interface Samples {
  name: string;
  metrics: { labels?: Labels; value: string }[];
}

export class Exposition {
  readonly families: Family[];
  /** Every sample by itself, those of histograms too. */
  readonly samples: Samples[];

  constructor(readonly text: string) {
    this.families = parse(text) as Family[];
    // The parser folds a histogram's samples into one and loses its labels; without their types it leaves them alone.
    this.samples = parse(text.replaceAll(/^# .*\n/gm, "")) as Samples[];
  }

  /** The one value with just these labels; null for none. */
  value(name: string, labels: Labels = {}): number | null {
    const family = this.samples.find((each) => each.name === name);
    const found = family?.metrics.find((each) => {
      const own = Object.entries(each.labels ?? {});
      return own.length === Object.keys(labels).length &&
        own.every(([label, value]) => labels[label] === value);
    });
    return found === undefined ? null : Number(found.value);
  }

  /** How many were observed, and their sum. */
  histogram(
    name: string,
    labels: Labels = {},
  ): { count: number | null; sum: number | null } {
    return {
      count: this.value(`${name}_count`, labels),
      sum: this.value(`${name}_sum`, labels),
    };
  }

  /** How many samples there are. */
  get size(): number {
    return this.samples.reduce((sum, { metrics }) => sum + metrics.length, 0);
  }
}
