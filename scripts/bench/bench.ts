/** One database under measurement: the pager, the provider, and the order in which the parts go. */
import { type DatabaseKind, DATABASES } from "./databases.ts";
import { type Figure, tableOf } from "./figures.ts";
import { runLoad } from "./load_process.ts";
import { measureStart, type PartName, PARTS, type Stage } from "./parts.ts";
import { type Provider, startProvider } from "./provider_process.ts";
import type { Running, Sources, Stored, Target } from "./target.ts";

export interface BenchOptions {
  target: Target;
  databases: DatabaseKind[];
  parts: PartName[];
  people: number;
  bundlingSeconds: number;
  /** Measured again with these stored; null: only empty. */
  stored: Stored | null;
  /** How long each flood of alerts lasts. */
  seconds: number;
  burst: number;
  providerMs: number;
}

export interface Run {
  name: string;
  figures: Figure[];
}

/** Promises the figures of every database, empty and filled. Tells on standard error what it is about. */
export async function bench(options: BenchOptions): Promise<Run[]> {
  const runs: Run[] = [];
  for (const kind of options.databases) {
    const { name, open } = DATABASES[kind];
    await using database = await open();
    await using provider = await startProvider(options.target.pageFormat);
    runs.push(await measure(options, { name, provider, url: database.url }));
    if (options.stored === null) continue;
    tell(`${name}: storing ${options.stored.old} old incidents`);
    await options.target.fill(database.url, options.stored);
    runs.push(
      await measure(options, {
        ...{ name: `${name}, filled`, provider, url: database.url },
      }),
    );
  }
  return runs;
}

const sourcesOf = new Map<string, Sources>();
/** Numbers of alerts are never used twice on one database. */
let nextAlert = 1;

async function measure(
  options: BenchOptions,
  { name, provider, url }: { name: string; provider: Provider; url: string },
): Promise<Run> {
  const figures: Figure[] = [];
  const start = (bundlingSeconds = options.bundlingSeconds) =>
    options.target.start({
      databaseUrl: url,
      providerUrl: `http://${provider.hostname}:${provider.port}`,
      bundlingSeconds,
    });
  let running = await start();
  const sources = await sourcesFor(options, { running, url });
  if (options.parts.includes("start")) {
    tell(`${name}: start`);
    await running.stop();
    const measured = await measureStart(start);
    figures.push(...measured.figures);
    running = measured.running;
  }
  const stage: Stage = {
    ...options,
    provider,
    sources,
    running: () => running,
    async restart(bundlingSeconds) {
      await running.stop();
      running = await start(bundlingSeconds);
    },
    takeNumbers(count) {
      nextAlert += count;
      return nextAlert - count;
    },
  };
  try {
    for (const part of options.parts) {
      const measurePart = PARTS[part];
      if (!measurePart) continue;
      tell(`${name}: ${part}`);
      await provider.setDelay(0);
      await provider.forget();
      figures.push(...await measurePart(stage));
    }
  } finally {
    await running.stop();
  }
  const run = { name, figures };
  console.error(`${tableOf([run])}\n`);
  return run;
}

async function sourcesFor(
  { target, people }: BenchOptions,
  { running, url }: { running: Running; url: string },
): Promise<Sources> {
  const known = sourcesOf.get(url);
  if (known) return known;
  const made = await target.setUp(running, people);
  sourcesOf.set(url, made);
  return made;
}

/** Promises how many requests a second the load generator makes of a server that does nothing. */
export async function loadLimit(target: Target): Promise<number> {
  await using provider = await startProvider(target.pageFormat);
  const { hostname, port } = provider;
  const { answered, seconds } = await runLoad({
    ...{ hostname, port, connections: 64, count: 1e9, seconds: 3 },
    requests: [{ method: "GET", path: "/bench/", headers: {}, body: "" }],
    ...{ perSecond: null, first: 0, distinct: 1e9, keepEach: false },
  });
  return answered / seconds;
}

function tell(words: string): void {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${words}`);
}
