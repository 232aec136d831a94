/**
 * The fast paths: work starts in the process that made it due, right after the commit, and a timer is set for the
 * earliest row that falls due later. What both miss, the cron jobs find within a minute.
 *
 * Each kind of work has a timer of its own, so that one that is due and cannot be done makes no other wait.
 */
import { getLogger } from "@logtape/logtape";

const log = getLogger(["pagerpal", "waker"]);

/** A kind of work that rows make due. */
export interface DueWork {
  /** For the log. */
  name: string;
  /** Does what is due. A call while another one is under way shares its work, or waits for its end. */
  run(): Promise<unknown>;
  /** The earliest instant at which there is something to do; null: nothing to come. */
  nextDueAtMs(): Promise<number | null>;
  /** True: a kick means that this is probably due, and begins it without a look. */
  onKick: boolean;
}

export interface WakerOptions {
  works: DueWork[];
  clock(): number;
}

export interface Waker {
  /** Something may be due: begins at once what a kick is for, and looks soon for the rest. Never throws. */
  kick(): void;
  /** Something falls due later: looks soon when. Never throws. */
  lookSoon(): void;
  /** Anything may be due, for long perhaps: begins everything at once. Never throws. */
  wake(): void;
  /** Another process has committed something: looks whether anything is due sooner, and does what is due now. */
  look(): void;
  /** Begins to watch. */
  start(): void;
  /** No further work is begun; settles when what has begun is over. */
  stop(): Promise<void>;
}

/** Other processes may die with their timers: each process looks again this often at least. */
const LONGEST_MS = 10_000;
/** A due row that nobody can take (a channel at its limit) is not looked at in a tight loop. */
const SHORTEST_MS = 100;
/** Many kicks at once read the earliest row once. */
const SETTLE_MS = 10;

/** Promises a waker that is at rest until `start`. */
export function createWaker({ works, clock }: WakerOptions): Waker {
  const alarms = works.map((work) => ({ work, alarm: new Alarm(work, clock) }));
  const wake = () => {
    for (const { alarm } of alarms) alarm.begin();
  };
  return {
    wake,
    kick() {
      for (const { work, alarm } of alarms) {
        if (work.onKick) alarm.begin();
        else alarm.lookSoon();
      }
    },
    lookSoon() {
      for (const { alarm } of alarms) alarm.lookSoon();
    },
    look() {
      for (const { alarm } of alarms) alarm.lookNow();
    },
    start() {
      for (const { alarm } of alarms) alarm.start();
      wake();
    },
    async stop() {
      await Promise.all(alarms.map(({ alarm }) => alarm.stop()));
    },
  };
}

/**
 * Promises a function that runs the work at most once at a time: who asks meanwhile has it done once more afterwards, for
 * what the first run came too early to see.
 */
export function oneAtATime(
  work: () => Promise<unknown>,
): () => Promise<unknown> {
  let running: Promise<unknown> | null = null;
  let next: Promise<unknown> | null = null;
  const begin = (): Promise<unknown> => {
    const run = work().finally(() => {
      if (running === run) running = null;
    });
    return running = run;
  };
  return () => {
    if (running === null) return begin();
    return next ??= running.catch(() => {}).then(() => {
      next = null;
      return begin();
    });
  };
}

/** The timer of one kind of work. */
class Alarm {
  readonly #work: DueWork;
  readonly #clock: () => number;
  readonly #runs = new Set<Promise<void>>();
  #watching = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAtMs = Infinity;
  #looking: Promise<void> | null = null;
  readonly #lookNow: () => Promise<unknown>;
  /** What was overdue at the last look, and how many looks in a row have found it so. */
  #overdueAtMs: number | null = null;
  #overdueLooks = 0;

  constructor(work: DueWork, clock: () => number) {
    this.#work = work;
    this.#clock = clock;
    this.#lookNow = oneAtATime(() => this.#beginIfDue());
  }

  start(): void {
    this.#watching = true;
  }

  async stop(): Promise<void> {
    this.#watching = false;
    clearTimeout(this.#timer);
    await Promise.all(this.#runs);
  }

  /** Does the work now, and looks for what comes next. */
  begin(): void {
    if (!this.#watching) return;
    const run: Promise<void> = this.#work.run()
      .then(
        () => {},
        (error) =>
          log.error("The work {work} failed", { work: this.#work.name, error }),
      )
      .finally(() => {
        this.#runs.delete(run);
        this.lookSoon();
      });
    this.#runs.add(run);
    this.lookSoon();
  }

  lookSoon(): void {
    if (!this.#watching) return;
    this.#looking ??= new Promise<void>((go) => setTimeout(go, SETTLE_MS))
      .then(() => this.#look())
      .catch((error) => this.#failed(error))
      .finally(() => this.#looking = null);
  }

  /** Reads before it works: mostly the process that made something due has it in hand already. */
  lookNow(): void {
    if (!this.#watching) return;
    this.#lookNow().catch((error) => this.#failed(error));
  }

  async #beginIfDue(): Promise<void> {
    const dueAtMs = await this.#work.nextDueAtMs();
    if (dueAtMs === null) return;
    if (dueAtMs <= this.#clock()) this.begin();
    else this.#setTimer(dueAtMs);
  }

  async #look(): Promise<void> {
    const dueAtMs = await this.#work.nextDueAtMs();
    const nowMs = this.#clock();
    const isOverdue = dueAtMs !== null && dueAtMs <= nowMs;
    const isStuck = isOverdue && dueAtMs === this.#overdueAtMs;
    this.#overdueAtMs = isOverdue ? dueAtMs : null;
    this.#overdueLooks = isStuck ? this.#overdueLooks + 1 : 0;
    // At once the first time. While the same is overdue, whoever has it, or whatever is in its way, is given more and
    // more time; where one after the other falls due and is done, there is no reason to wait.
    const pauseMs = this.#overdueLooks > 0
      ? Math.min(SHORTEST_MS * 2 ** (this.#overdueLooks - 1), 1_000)
      : 0;
    this.#setTimer(
      Math.min(
        Math.max(dueAtMs ?? Infinity, nowMs + pauseMs),
        nowMs + LONGEST_MS,
      ),
    );
  }

  #failed(error: unknown): void {
    log.error("Looking for due work failed, next look in {seconds} s", {
      work: this.#work.name,
      seconds: LONGEST_MS / 1_000,
      error,
    });
    this.#setTimer(this.#clock() + LONGEST_MS);
  }

  #setTimer(atMs: number): void {
    if (!this.#watching || atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => {
      this.#timerAtMs = Infinity;
      this.begin();
    }, Math.max(0, atMs - this.#clock()));
  }
}
