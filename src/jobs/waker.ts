/**
 * The fast paths: work starts in the process that made it due, right after the commit, and one timer is set for the
 * earliest row that falls due later. What both miss, the cron jobs find within a minute.
 */
import { getLogger } from "@logtape/logtape";

const log = getLogger(["pagerpal", "waker"]);

export interface WakerOptions {
  /** Sends what is due; settles when nothing is on its way. */
  deliver(): Promise<unknown>;
  /** Escalates what is due. null: this process does not escalate. */
  escalate: (() => Promise<unknown>) | null;
  /** The earliest instant at which there is something to do; null: nothing to come. */
  nextDueAtMs(): Promise<number | null>;
  clock(): number;
}

export interface Waker {
  /** Something may be due: delivers soon and sets the timer anew. Never throws, returns at once. */
  kick(): void;
  /** Anything may be due, for long perhaps: escalates and delivers at once. Never throws, returns at once. */
  wake(): void;
  /** Another process has committed something: looks whether anything is due sooner, and does what is due now. */
  look(): void;
  /** Begins to watch. */
  start(): void;
  /** No further work is begun; settles when the escalating that has begun is over. */
  stop(): Promise<void>;
}

/** Other processes may die with their timers: each process looks again this often at least. */
const LONGEST_MS = 10_000;
/** A due row that nobody can take (a channel at its limit) is not looked at in a tight loop. */
const SHORTEST_MS = 100;
/** Many kicks at once read the earliest row once. */
const SETTLE_MS = 10;

/** Promises a waker that is at rest until `start`. */
export function createWaker(options: WakerOptions): Waker {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let timerAtMs = Infinity;
  let running = false;
  let arming: Promise<void> | null = null;
  let overdueRounds = 0;
  let waking: Promise<void> | null = null;
  let wakeAgain = false;
  let looking: Promise<void> | null = null;
  let lookAgain = false;

  function setTimer(atMs: number): void {
    if (!running || atMs >= timerAtMs) return;
    clearTimeout(timer);
    timerAtMs = atMs;
    timer = setTimeout(() => {
      timerAtMs = Infinity;
      wake();
    }, Math.max(0, atMs - options.clock()));
  }

  async function arm(): Promise<void> {
    const dueAtMs = await options.nextDueAtMs();
    const nowMs = options.clock();
    overdueRounds = dueAtMs !== null && dueAtMs <= nowMs
      ? overdueRounds + 1
      : 0;
    const floorMs = Math.min(SHORTEST_MS * 2 ** overdueRounds, 1_000);
    const earliestMs = overdueRounds > 0 ? nowMs + floorMs : nowMs;
    setTimer(
      Math.min(Math.max(dueAtMs ?? Infinity, earliestMs), nowMs + LONGEST_MS),
    );
  }

  function armSoon(): void {
    if (!running) return;
    arming ??= new Promise<void>((resolve) => setTimeout(resolve, SETTLE_MS))
      .then(arm)
      .catch(failed)
      .finally(() => arming = null);
  }

  function failed(error: unknown): void {
    log.error("Looking for due work failed, next look in {seconds} s", {
      seconds: LONGEST_MS / 1_000,
      error,
    });
    setTimer(options.clock() + LONGEST_MS);
  }

  /** Who asks while it is at work has it done once more. */
  function wake(): void {
    if (!running) return;
    wakeAgain = waking !== null;
    waking ??= work().finally(() => {
      waking = null;
      if (wakeAgain) wake();
    });
  }

  /** Reads before it works: mostly the process that made something due has it in hand already. */
  function look(): void {
    if (!running) return;
    lookAgain = looking !== null;
    looking ??= options.nextDueAtMs().then((dueAtMs) => {
      if (dueAtMs === null) return;
      if (dueAtMs <= options.clock()) wake();
      else setTimer(dueAtMs);
    }).catch(failed).finally(() => {
      looking = null;
      if (lookAgain) look();
    });
  }

  async function work(): Promise<void> {
    try {
      await options.escalate?.();
    } catch (error) {
      log.error("Escalating failed", { error });
    }
    kick();
  }

  function kick(): void {
    if (!running) return;
    options.deliver().catch((error) =>
      log.error("Delivering failed", { error })
    ).finally(armSoon);
    armSoon();
  }

  return {
    kick,
    wake,
    look,
    start() {
      running = true;
      wake();
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await waking;
    },
  };
}
