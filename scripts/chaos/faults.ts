/** What goes wrong while alerts arrive: one thing after another, chosen by a seed. */
import type { InfobipAnswer } from "../../tests/fakes/infobip.ts";
import type { EmbeddedPostgres } from "../../tests/postgres.ts";
import type { Chance } from "../../tests/simulation/chance.ts";
import type { Node } from "./node.ts";
import type { Provider } from "./provider_process.ts";

/** Longer than a lease, which is 20 s. */
const STILL_MS = { least: 22_000, most: 30_000 };
const PAUSE_MS = { least: 2_000, most: 8_000 };
/** Of the provider's answers, when it is not well: fewer in a row than open its circuit, which would use up attempts. */
const TROUBLES = 3;

export interface Fault {
  /** Milliseconds since the start. */
  atMs: number;
  words: string;
}

export interface FaultsOptions {
  chance: Chance;
  nodes: readonly Node[];
  /** null where the database is a file. */
  postgres: EmbeddedPostgres | null;
  provider: Provider;
  /** Ends every session of the nodes in the database. */
  cut(): Promise<void>;
  /** Hears of each fault when it happens. */
  onFault(fault: Fault): void;
}

/** Promises that faults have happened, one after the other, until the signal, and that all of them are over. */
export async function makeFaults(
  options: FaultsOptions,
  signal: AbortSignal,
): Promise<void> {
  const startedMs = performance.now();
  const under = new Set<Promise<void>>();
  const { chance, nodes, postgres, onFault } = options;
  const kinds = [
    kill,
    kill,
    holdStill,
    annoyProvider,
    ...(postgres ? [cutConnections, restartDatabase] : []),
  ];
  while (!signal.aborted) {
    await pause(chance.int(PAUSE_MS.least, PAUSE_MS.most), signal);
    if (signal.aborted) break;
    const free = nodes.filter((node) => !busy.has(node));
    const begun = chance.pick(kinds)?.(options, chance.pick(free));
    if (!begun) continue;
    const atMs = Math.round(performance.now() - startedMs);
    onFault({ atMs, words: begun.words });
    const over = begun.over.finally(() => under.delete(over));
    under.add(over);
  }
  await Promise.all(under);
}

/** What a fault is, and when it is over; null where it cannot happen now. */
type Begun = { words: string; over: Promise<void> } | null;

/** Nodes that something is happening to. */
const busy = new Set<Node>();

async function whileBusy(
  node: Node,
  work: () => Promise<void>,
): Promise<void> {
  busy.add(node);
  await work().finally(() => busy.delete(node));
}

function kill({ chance }: FaultsOptions, node: Node | undefined): Begun {
  if (!node) return null;
  const downMs = chance.int(0, 5_000);
  const over = whileBusy(node, async () => {
    await node.kill();
    await pause(downMs);
    await startAgain(node);
  });
  return { words: `kill -9 ${node.name}, down for ${downMs} ms`, over };
}

/** A database that is away keeps a process from starting; it is started until it does. */
async function startAgain(node: Node): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      return await node.start();
    } catch (error) {
      if (tries === 20) throw error;
      await pause(1_000);
    }
  }
}

function holdStill({ chance }: FaultsOptions, node: Node | undefined): Begun {
  if (!node) return null;
  const forMs = chance.int(STILL_MS.least, STILL_MS.most);
  const over = whileBusy(node, async () => {
    node.holdStill();
    await pause(forMs);
    node.goOn();
  });
  return { words: `SIGSTOP ${node.name} for ${forMs} ms`, over };
}

function cutConnections({ cut }: FaultsOptions): Begun {
  // While the database is away there is nothing to cut.
  const over = cut().catch(() => {});
  return { words: "every connection to the database is cut", over };
}

let restarting = false;

function restartDatabase({ chance, postgres }: FaultsOptions): Begun {
  if (!postgres || restarting) return null;
  const crash = chance.happens(0.5);
  const awayMs = chance.int(0, 4_000);
  restarting = true;
  const over = postgres.restart({ crash, awayMs })
    .finally(() => restarting = false);
  const how = crash ? "crashes" : "restarts";
  return { words: `the database ${how}, away for ${awayMs} ms`, over };
}

function annoyProvider({ chance, provider }: FaultsOptions): Begun {
  const answers: [InfobipAnswer, ...InfobipAnswer[]] = [
    "reset",
    "accept_then_reset",
    "accept_then_hang",
    { status: 500 },
  ];
  const next = Array.from({ length: TROUBLES }, () => chance.pick(answers));
  return {
    words: `the provider fails or loses its next ${TROUBLES} answers`,
    over: provider.answerNext(next),
  };
}

/** Settles after so long, or when the signal aborts. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
  return promise;
}
