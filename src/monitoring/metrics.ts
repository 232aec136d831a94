/** Counts what happens and serves it as Prometheus reads it (text exposition format 0.0.4). */
import { cpuUsage } from "node:process";
import { SEVERITIES } from "../domain/intake/alert.ts";
import { CHANNEL_KINDS } from "../domain/responders/people.ts";
import type { Clock } from "../ports/clock.ts";
import type { ChannelName, Observer } from "../ports/observer.ts";
import type { Repositories } from "../ports/store.ts";
import { QUEUE_STATES } from "../ports/vitals_repository.ts";
import { countingObserver } from "./counting_observer.ts";
import { createFirstPages } from "./first_pages.ts";
import { createInstruments, type Instruments } from "./instruments.ts";
import { Registry } from "./prom_client.ts";
import { createVitalsReader, type Vitals } from "./read_vitals.ts";

/** How a channel is doing in this process. */
export interface ChannelState extends ChannelName {
  state: "closed" | "open" | "half-open";
  inFlight: number;
}

export interface MetricsOptions {
  store: Pick<Repositories, "vitals" | "overview" | "incidents" | "backups">;
  clock: Clock;
  version: string;
  /** The name of this process. */
  node: string;
  workers: { delivery: boolean; escalation: boolean };
  channels(): ChannelState[];
  /** The names of the jobs that are switched on. */
  jobs(): string[];
}

export interface Exposition {
  contentType: string;
  body: string;
}

export interface Metrics {
  observer: Omit<Observer, "span" | "following">;
  /** Promises everything that there is to know now. Never throws for want of a database. */
  scrape(): Promise<Exposition>;
}

/** Promises metrics of their own, apart from any others in the process, all known label values at 0. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { store, clock } = options;
  const registry = new Registry();
  const instruments = createInstruments(registry);
  const firstPages = createFirstPages(
    store.vitals,
    ({ openedAtMs, sentAtMs }) =>
      instruments.alertToPage.observe(secondsFrom(openedAtMs, sentAtMs)),
  );
  const readVitals = createVitalsReader(store, clock);
  setFixed(instruments, options);
  return {
    observer: countingObserver(instruments, firstPages),
    async scrape() {
      const vitals = await readVitals();
      if (vitals) await firstPages.flush();
      setVitals(instruments, vitals);
      setProcess(instruments, options);
      return {
        contentType: registry.contentType,
        body: await registry.metrics(),
      };
    },
  };
}

/** Clocks of several nodes differ: what ended before it began took no time. */
function secondsFrom(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs) / 1_000;
}

function setFixed(
  { build, node, started, workers, findings, leaseExpiries, sentTwice }:
    Instruments,
  options: MetricsOptions,
): void {
  build.set({ version: options.version, deno: Deno.version.deno }, 1);
  node.set({ node: options.node }, 1);
  started.set(options.clock() / 1_000);
  for (const [worker, isOn] of Object.entries(options.workers)) {
    workers.set({ worker }, Number(isOn));
  }
  for (const kind of ["rearmed", "abandoned_page", "unmended"]) {
    findings.inc({ kind }, 0);
  }
  for (const channel of CHANNEL_KINDS) {
    leaseExpiries.inc({ channel }, 0);
    sentTwice.inc({ channel }, 0);
  }
}

function setVitals(instruments: Instruments, vitals: Vitals | null): void {
  const { databaseUp, oldestUndelivered, oldestEscalation, exhausted } =
    instruments;
  const { queue, openIncidents, backedUp } = instruments;
  databaseUp.set(vitals ? 1 : 0);
  queue.reset();
  openIncidents.reset();
  if (!vitals) {
    // No value is better than the one of a better time.
    for (
      const each of [oldestUndelivered, oldestEscalation, exhausted, backedUp]
    ) each.remove();
    return;
  }
  const { readAtMs, oldestUndeliveredAtMs, nextActionAtMs } = vitals;
  const age = (sinceMs: number | null) =>
    secondsFrom(sinceMs ?? readAtMs, readAtMs);
  oldestUndelivered.set(age(oldestUndeliveredAtMs));
  oldestEscalation.set(age(nextActionAtMs));
  exhausted.set(vitals.exhausted);
  backedUp.set((vitals.backedUpAtMs ?? 0) / 1_000);
  for (const channel of CHANNEL_KINDS) {
    for (const state of QUEUE_STATES) queue.set({ channel, state }, 0);
  }
  for (const { channel, state, count } of vitals.queue) {
    queue.set({ channel, state }, count);
  }
  for (const status of ["triggered", "acknowledged"]) {
    for (const severity of SEVERITIES) {
      openIncidents.set({ status, severity }, 0);
    }
  }
  for (const { status, severity, count } of vitals.open) {
    openIncidents.set({ status, severity }, count);
  }
}

function setProcess(
  { circuit, inFlight, circuitOpened, attempts, cpu, memory, jobRuns }:
    Instruments,
  { channels, jobs }: MetricsOptions,
): void {
  for (const { channel, provider, state, inFlight: count } of channels()) {
    const name = { channel, provider };
    inFlight.set(name, count);
    circuitOpened.inc(name, 0);
    for (const each of ["closed", "open", "half-open"]) {
      circuit.set({ ...name, state: each }, Number(each === state));
    }
    for (const outcome of ["sent", "retry", "permanent"]) {
      attempts.inc({ ...name, outcome }, 0);
    }
  }
  for (const job_name of jobs()) {
    for (const outcome of ["ok", "failed"]) {
      jobRuns.inc({ job_name, outcome }, 0);
    }
  }
  const { user, system } = cpuUsage();
  cpu.reset();
  cpu.inc((user + system) / 1_000_000);
  memory.set(Deno.memoryUsage().rss);
}
