/**
 * This process among the nodes: it writes its row every few seconds, and looks whether the database is still the one it
 * can work on. A node that the database does not fit stands back: it answers requests and does no work by itself.
 */
import { getLogger } from "@logtape/logtape";
import { inTime } from "../app/in_time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Repositories, Store } from "../ports/store.ts";

const log = getLogger(["pagerpal", "nodes"]);

type Node = Parameters<Repositories["nodes"]["save"]>[0];
type DatabaseSchema = Awaited<ReturnType<Store["check"]>>;

export interface HeartbeatOptions {
  store: Pick<Store, "check" | "nodes">;
  clock: Clock;
  /** What does not change while the process runs. */
  self: Omit<Node, "phase" | "lastSeenAtMs">;
  /** Whether the program can work on a database that is migrated so. */
  fits(schema: DatabaseSchema): boolean;
  /** Called when the node may work again after it could not. */
  onGoOn(): void;
}

export interface Heartbeat {
  /** Writes the node's row and goes on doing so. Settles after the first time; never throws. */
  start(): Promise<void>;
  /** Promises that the schema was looked at now, and the row written no longer than a second ago; never throws. */
  beat(): Promise<void>;
  /** Whether this process may claim, escalate and run jobs now. */
  mayWork(): boolean;
  /** Whether the process is about to end. */
  isDraining(): boolean;
  /** No work by itself from now on; said to the others soon. */
  drain(): void;
  /** Says to the others that the node has stopped, if the database answers in time; never throws. */
  stop(): Promise<void>;
}

const EVERY_MS = 5_000;
/** While the database does not answer, so that work goes on soon after it does. */
const AGAIN_MS = 1_000;
const FRESH_MS = 1_000;
/** The end of a process does not wait longer for its last word. */
const LAST_WORD_MS = 2_000;

/** Promises a heartbeat that is at rest until `start`; until then the node may work. */
export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { store, clock, self, fits, onGoOn } = options;
  /** The newest migration in the database, as it was seen last. */
  let found = self.schemaVersion;
  let standsBack = false;
  let draining = false;
  let stopped = false;
  let away = false;
  let beating: Promise<void> | null = null;
  let beatAtMs = -Infinity;
  let saidPhase: Node["phase"] | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const phase = (): Node["phase"] =>
    draining ? "draining" : standsBack ? "standing_back" : "running";

  async function once(): Promise<void> {
    try {
      noteSchema(await store.check());
      const isFresh = clock() - beatAtMs < FRESH_MS;
      if (isFresh && saidPhase === phase()) return;
      await say(phase());
      const goesOn = away;
      away = false;
      if (goesOn && mayWork()) onGoOn();
    } catch (error) {
      away = true;
      log.warn("The heartbeat of {node} could not be written", {
        node: self.name,
        error,
      });
    }
  }

  async function say(phase: Node["phase"]): Promise<void> {
    await store.nodes.save({ ...self, phase, lastSeenAtMs: clock() });
    saidPhase = phase;
    beatAtMs = clock();
  }

  function noteSchema(seen: DatabaseSchema): void {
    if (seen.schemaVersion === found) return;
    const stoodBack = standsBack;
    found = seen.schemaVersion;
    standsBack = !fits(seen);
    const facts = { node: self.name, found, known: self.schemaVersion };
    if (standsBack) {
      log.warn(
        "{node} stands back: the database is at migration {found}, and this version knows {known}",
        facts,
      );
    } else {
      log.info(
        "{node} goes on: the database is at migration {found}, this version knows {known} and can work on it",
        facts,
      );
      if (stoodBack && mayWork()) onGoOn();
    }
  }

  function mayWork(): boolean {
    return !draining && !standsBack;
  }

  function beatNow(): Promise<void> {
    return beating ??= once().finally(() => beating = null);
  }

  async function goOn(): Promise<void> {
    await beatNow();
    if (stopped) return;
    timer = setTimeout(() => void goOn(), away ? AGAIN_MS : EVERY_MS);
  }

  return {
    start: goOn,
    beat: beatNow,
    mayWork,
    isDraining: () => draining,
    drain() {
      draining = true;
      void beatNow();
    },
    async stop() {
      draining = true;
      stopped = true;
      clearTimeout(timer);
      const lastWord = async () => {
        await beating;
        await say("stopped");
      };
      await inTime(lastWord(), LAST_WORD_MS).catch((error) =>
        log.warn("{node} could not say that it stops", {
          node: self.name,
          error,
        })
      );
    },
  };
}
