/** What goes wrong, as the plan has it, until it ends. */
import type { ChannelKind } from "../../src/domain/responders/people.ts";
import type { SimulatedNode } from "./node.ts";
import type { Plan, PlannedCrash, PlannedFault } from "./plan.ts";

export interface FaultsStage {
  /** Runs it so many milliseconds after the start. */
  at(ms: number, run: () => void): void;
  node(number: number): SimulatedNode | undefined;
  tell(what: string): void;
}

/** A lease is 20 s, a send takes 15 s at most: clocks that differ by less than the rest do no harm. */
const HARMLESS_MS = 4_000;

/** What a crash may happen at, by what the turn is called. */
const AT: Record<PlannedCrash["at"], RegExp> = {
  commit: /^commit/,
  statement: /^(read|begin|insert|update|delete|select|with)\b/i,
  // Of all that writes messages, a claim alone tells nothing in the timeline.
  claim: /^commit (?!.*timeline).*notifications/,
  answer: /^answer /,
};

export class Faults {
  readonly #plan: Plan;
  readonly #nowMs: () => number;
  readonly #seen = new Map<string, number>();
  readonly #crashes: PlannedCrash[];
  readonly #down = new Map<ChannelKind, number>();
  #databaseAwayUntilMs = 0;
  /** When leases were last disturbed, and until when. */
  #disturbedUntilMs = -1;
  #ended = false;

  constructor(plan: Plan, nowMs: () => number) {
    this.#plan = plan;
    this.#nowMs = nowMs;
    this.#crashes = [...plan.crashes];
  }

  get isDatabaseUp(): boolean {
    return this.#ended || this.#nowMs() >= this.#databaseAwayUntilMs;
  }

  /** Plans every fault. */
  begin(stage: FaultsStage): void {
    for (const fault of this.#plan.faults) {
      stage.at(fault.atMs, () => this.#ended || this.#strike(fault, stage));
    }
  }

  /** Nothing goes wrong any more. */
  end(): void {
    this.#ended = true;
  }

  ofProvider(channel: ChannelKind): { likely: number; down: boolean } {
    if (this.#ended) return { likely: 0, down: false };
    const down = (this.#down.get(channel) ?? 0) > this.#nowMs();
    return { likely: this.#plan.providerFaults, down };
  }

  /** The process stands still from now on. */
  stop(node: SimulatedNode, forMs: number): void {
    node.stillUntilMs = this.#nowMs() + forMs;
    this.#disturb(node.stillUntilMs);
  }

  /** Promises the crash that is to happen right now, once. */
  crashAt(
    { label, when }: { label: string; when: "before" | "after" },
  ): PlannedCrash | undefined {
    if (when === "before") {
      for (const [kind, pattern] of Object.entries(AT)) {
        if (!pattern.test(label)) continue;
        this.#seen.set(kind, (this.#seen.get(kind) ?? 0) + 1);
      }
    }
    const index = this.#crashes.findIndex((crash) =>
      crash.when === when && AT[crash.at].test(label) &&
      this.#seen.get(crash.at) === crash.number
    );
    return index < 0 ? undefined : this.#crashes.splice(index, 1)[0];
  }

  /** Whether since then a process stood still or a clock jumped, so that a lease may have been over for some and not for others. */
  leasesDisturbedSince(atMs: number): boolean {
    return this.#disturbedUntilMs >= atMs;
  }

  /** Whether a clock has jumped by more than leases stand. */
  get clocksDiffer(): boolean {
    return this.#disturbedUntilMs === Infinity;
  }

  #strike(fault: PlannedFault, stage: FaultsStage): void {
    const untilMs = this.#nowMs() + fault.forMs;
    const node = stage.node(fault.node);
    const seconds = Math.round(fault.forMs / 1_000);
    switch (fault.kind) {
      case "still":
        if (!node) return;
        this.stop(node, fault.forMs);
        return stage.tell(`${node.name} stands still for ${seconds} s`);
      case "clock":
        if (!node) return;
        node.skewMs += fault.byMs;
        if (Math.abs(fault.byMs) > HARMLESS_MS) this.#disturb(Infinity);
        return stage.tell(`${node.name}'s clock jumps by ${fault.byMs} ms`);
      case "provider down":
        this.#down.set(fault.channel, untilMs);
        return stage.tell(`${fault.channel} is down for ${seconds} s`);
      case "database away":
        this.#databaseAwayUntilMs = untilMs;
        return stage.tell(`the database is away for ${seconds} s`);
    }
  }

  #disturb(untilMs: number): void {
    this.#disturbedUntilMs = Math.max(this.#disturbedUntilMs, untilMs);
  }
}
