/** What is measured, one part after the other. */
import type { BenchOptions } from "./bench.ts";
import { type Figure, percentiles, quantile } from "./figures.ts";
import { type LoadJob, type LoadResult, runLoad } from "./load_process.ts";
import { processorMs, residentMegabytes } from "./process_figures.ts";
import type { Provider } from "./provider_process.ts";
import type { AlertRequest, Running, Sources } from "./target.ts";

export interface Stage extends BenchOptions {
  provider: Provider;
  sources: Sources;
  running(): Running;
  /** Ends the pager's process and starts another one on the same database. */
  restart(bundlingSeconds?: number): Promise<void>;
  /** Promises the first of so many numbers that no alert has had yet. */
  takeNumbers(count: number): number;
}

export const PART_NAMES = [
  "start",
  "alert-to-page",
  "ingest",
  "duplicates",
  "escalations",
  "burst",
  "bundled-burst",
] as const;
export type PartName = typeof PART_NAMES[number];

/** In this order; `start` is measured before there is a stage. */
export const PARTS: Partial<
  Record<PartName, (stage: Stage) => Promise<Figure[]>>
> = {
  "alert-to-page": alertToPage,
  "ingest": ingest,
  "duplicates": duplicates,
  "escalations": escalations,
  "burst": burst,
  "bundled-burst": bundledBurst,
};

const CONNECTIONS = 64;
const STARTS = 5;
const IDLE_MS = 5_000;

/** Five starts on a database that is set up; the last one stays, and is looked at when it has been idle. */
export async function measureStart(
  start: () => Promise<Running>,
): Promise<{ figures: Figure[]; running: Running }> {
  const times: number[] = [];
  let running = await start();
  for (let n = 1; n < STARTS; n++) {
    times.push(running.answeredWithinMs);
    await running.stop();
    running = await start();
  }
  times.push(running.answeredWithinMs);
  await new Promise((go) => setTimeout(go, IDLE_MS));
  return {
    running,
    figures: [
      {
        name: "cold start to the first answer, best of 5 (ms)",
        value: Math.min(...times),
      },
      {
        name: "cold start to the first answer, median (ms)",
        value: quantile(times, 0.5),
      },
      {
        name: "resident memory, idle (MB)",
        value: residentMegabytes(running.pid),
      },
    ],
  };
}

const PACED = { perSecond: 50, seconds: 20, warmUp: 100 };

/** 50 alerts a second at fixed times, each to its own page. */
async function alertToPage(stage: Stage): Promise<Figure[]> {
  const { perSecond, seconds, warmUp } = PACED;
  const paced = { perSecond, connections: 8, keepEach: true };
  await post(stage, { ...paced, count: warmUp });
  const { posted } = await post(stage, {
    ...paced,
    count: perSecond * seconds,
  });
  await pagesArrive(stage, warmUp + posted.length);
  const { pages } = await stage.provider.arrivals();
  const arrivedAt = new Map(pages.map(([, alert, , atMs]) => [alert, atMs]));
  const took = posted.map(({ alert, postedAtMs }) =>
    (arrivedAt.get(alert) ?? NaN) - postedAtMs
  );
  return percentiles("alert posted to provider reached, 50/s", took);
}

/** Distinct alerts as fast as they are answered, while their pages go to a provider that takes its time. */
async function ingest(stage: Stage): Promise<Figure[]> {
  const { provider, seconds, providerMs } = stage;
  await provider.setDelay(providerMs);
  await post(stage, { seconds: 1, count: 1e9 });
  await provider.forget();
  const pid = stage.running().pid;
  const beforeMs = processorMs(pid);
  const result = await post(stage, { seconds, count: 1e9 });
  const usedMs = processorMs(pid) - beforeMs;
  const { pages } = await provider.count();
  await settled(stage);
  return [
    ...flood("distinct alerts", result, usedMs),
    { name: "pages sent meanwhile (per s)", value: pages / result.seconds },
  ];
}

const OPEN = 1_000;

/** Alerts of a thousand incidents that are open, again and again. */
async function duplicates(stage: Stage): Promise<Figure[]> {
  const first = stage.takeNumbers(OPEN);
  await post(stage, { first, count: OPEN });
  await settled(stage);
  const again = { first, distinct: OPEN, count: 1e9 };
  await post(stage, { ...again, seconds: 1 });
  const pid = stage.running().pid;
  const beforeMs = processorMs(pid);
  const result = await post(stage, { ...again, seconds: stage.seconds });
  return flood("duplicates", result, processorMs(pid) - beforeMs);
}

function flood(
  what: string,
  { answered, seconds, statuses, latencies }: LoadResult,
  usedMs: number,
): Figure[] {
  const good = answered - (statuses["503"] ?? 0);
  return [
    { name: `${what} (per s)`, value: good / seconds },
    {
      name: `${what}, processor time each (ms)`,
      value: usedMs / good,
      digits: 3,
    },
    ...percentiles(`${what}, answered after`, latencies),
  ];
}

const ESCALATING = { count: 1_000, withinSeconds: 10 };

/** A thousand incidents whose second step is due within ten seconds: how late its page reaches the provider. */
async function escalations(stage: Stage): Promise<Figure[]> {
  const { count, withinSeconds } = ESCALATING;
  const { escalating, escalatedTo, escalationMs, escalationDueAtMs } =
    stage.sources;
  const { posted } = await post(stage, {
    ...{ count, perSecond: count / withinSeconds, connections: 8 },
    ...{ keepEach: true, requests: [escalating] },
  });
  await pagesArrive(stage, 2 * count, escalationMs);
  const { pages } = await stage.provider.arrivals();
  const arrivedAt = new Map(
    pages.filter(([to]) => to === escalatedTo)
      .map(([, alert, , atMs]) => [alert, atMs]),
  );
  const late = posted.map(({ alert, answer }) =>
    (arrivedAt.get(alert) ?? NaN) - escalationDueAtMs(answer)
  );
  return percentiles("escalation after its time", late);
}

/** Incidents all at once, to a provider that takes its time: until the last of their pages has reached it. */
async function burst(stage: Stage): Promise<Figure[]> {
  const { provider, providerMs } = stage;
  await provider.setDelay(providerMs);
  const result = await post(stage, { count: stage.burst });
  await pagesArrive(stage, stage.burst);
  const { pages } = await provider.arrivals();
  const lastMs = Math.max(...pages.map(([, , , atMs]) => atMs));
  return [
    {
      name: `burst of ${stage.burst}: taken in after (s)`,
      value: result.seconds,
      digits: 1,
    },
    {
      name: `burst of ${stage.burst}: all paged after (s)`,
      value: (lastMs - result.beganAtMs) / 1_000,
      digits: 1,
    },
    {
      name: "resident memory after the burst (MB)",
      value: residentMegabytes(stage.running().pid),
    },
  ];
}

/** The burst as PagerPal is set by default: the first page of each person at once, the rest as one when the window ends. */
async function bundledBurst(stage: Stage): Promise<Figure[]> {
  const { provider, providerMs } = stage;
  await stage.restart(10);
  await provider.setDelay(providerMs);
  const result = await post(stage, { count: stage.burst });
  await incidentsArrive(stage, stage.burst);
  const { pages } = await provider.arrivals();
  const after = (atMs: number) => (atMs - result.beganAtMs) / 1_000;
  const firsts = new Map<string, number>();
  for (const [to, , , atMs] of pages) {
    if (!firsts.has(to)) firsts.set(to, atMs);
  }
  await stage.restart();
  const name = `bundled burst of ${stage.burst} to ${stage.people} people`;
  return [
    {
      name: `${name}: everybody has a page after (s)`,
      value: after(Math.max(...firsts.values())),
      digits: 1,
    },
    {
      name: `${name}: told of every incident after (s)`,
      value: after(Math.max(...pages.map(([, , , atMs]) => atMs))),
      digits: 1,
    },
    { name: `${name}: messages`, value: pages.length },
  ];
}

async function post(
  { sources, running, takeNumbers }: Stage,
  job: Partial<Omit<LoadJob, "requests">> & { requests?: AlertRequest[] },
): Promise<LoadResult> {
  const { hostname, port } = running();
  const requests = (job.requests ?? sources.alerts)
    .map((request) => ({ method: "POST", ...request }));
  const result = await runLoad({
    ...{ hostname, port, connections: CONNECTIONS, count: 1e9 },
    ...{ seconds: 600, perSecond: null, distinct: 1e9, keepEach: false },
    first: takeNumbers(MOST_NUMBERS),
    ...job,
    requests,
  });
  const bad = Object.keys(result.statuses)
    .filter((status) => !status.startsWith("2") && status !== "503");
  if (bad.length > 0) {
    throw new Error(`Alerts were answered ${JSON.stringify(result.statuses)}`);
  }
  return result;
}

const MOST_NUMBERS = 1_000_000;
/** No part waits longer for pages than this beyond the time that it is about. */
const PATIENCE_MS = 120_000;

/** Settles when so many pages have reached the provider; throws when they do not come. */
async function pagesArrive(
  { provider }: Stage,
  count: number,
  laterMs = 0,
): Promise<void> {
  await arrive(async () => (await provider.count()).pages >= count, laterMs);
}

/** The same for the incidents that the pages are about. */
async function incidentsArrive(stage: Stage, count: number): Promise<void> {
  await arrive(async () => (await stage.provider.count()).incidents >= count);
}

async function arrive(
  arrived: () => Promise<boolean>,
  laterMs = 0,
): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS + laterMs;
  while (!await arrived()) {
    if (performance.now() > deadlineMs) {
      throw new Error("The pages have not reached the provider in time.");
    }
    await new Promise((go) => setTimeout(go, 100));
  }
}

/** Settles when no page has come for two seconds, so that no part is measured in the wake of another. */
async function settled({ provider }: Stage): Promise<void> {
  await provider.setDelay(0);
  for (let before = -1;;) {
    const { pages } = await provider.count();
    if (pages === before) return;
    before = pages;
    await new Promise((go) => setTimeout(go, 2_000));
  }
}
