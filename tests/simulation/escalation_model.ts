/**
 * The escalation as the plan has it, in a few lines of its own: reads an incident's story and says where it is not what the
 * policy wants. Knows nothing of the app's planner.
 */
import type { Severity } from "../../src/domain/intake/alert.ts";
import type { Household } from "./household.ts";
import type { Plan, PlannedStep } from "./plan.ts";

export interface StoryEntry {
  kind: string;
  atMs: number;
  // deno-lint-ignore no-explicit-any -- facts of many shapes, as the app wrote them
  detail: any;
}

/** Where an incident is after its story. */
export interface Standing {
  round: number;
  step: number;
  status: "triggered" | "acknowledged" | "resolved";
  exhausted: boolean;
}

const RESTARTS = ["reopened", "acknowledgement_timed_out", "snooze_ended"];
const ENDS = ["resolved", "recovered", "expired"];

export class EscalationModel {
  readonly #plan: Plan;
  readonly #household: Household;
  #severity: Severity;
  #standing: Standing = {
    round: 0,
    step: 0,
    status: "triggered",
    exhausted: false,
  };
  /** Not before then is the next step taken. */
  #dueMs = -Infinity;
  #acknowledgedMs = 0;
  #snoozedUntilMs = 0;
  /** Steps in a row that paged nobody. */
  #skipped = 0;
  /** After a change of severity it may go back to an earlier step. */
  #mayGoBack = false;

  constructor(plan: Plan, household: Household, severity: Severity) {
    this.#plan = plan;
    this.#household = household;
    this.#severity = severity;
  }

  /** Whether somebody's acknowledgement still holds that was to end by itself. */
  get isOverdue(): boolean {
    const { acknowledgementTimeoutMinutes: minutes } = this.#plan.policy;
    return this.#standing.status === "acknowledged" &&
      (minutes !== null || this.#snoozedUntilMs > 0);
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** Promises null where the entry is what the policy wants next, else what is wrong with it. */
  follow(entry: StoryEntry): string | null {
    const { kind, atMs, detail } = entry;
    if (kind === "step_paged" || kind === "step_skipped") {
      return this.#step(entry);
    }
    if (RESTARTS.includes(kind)) return this.#restart(entry);
    if (ENDS.includes(kind)) this.#set({ status: "resolved" });
    switch (kind) {
      case "acknowledged":
      case "snoozed":
        this.#set({ status: "acknowledged", exhausted: false });
        this.#acknowledgedMs = atMs;
        this.#snoozedUntilMs = detail.untilMs ?? 0;
        break;
      case "escalated_by_hand":
        this.#set({ status: "triggered" });
        this.#again(atMs);
        break;
      case "reassigned":
        this.#set({ status: "triggered" });
        this.#again(atMs);
        this.#dueMs = atMs + this.#lastDelayMs();
        break;
      case "severity_raised":
        this.#severity = detail.to;
        this.#mayGoBack = true;
        this.#skipped = 0;
        break;
      case "moved_to_next_step":
        this.#dueMs = atMs;
        break;
      case "exhausted":
        return this.#exhaust(entry);
      case "fallback_paged":
        return this.#fallback(entry);
      case "rearmed_by_audit":
        return "the audit had to arm it again";
    }
    return null;
  }

  #step({ kind, atMs, detail }: StoryEntry): string | null {
    const { round, step, status } = this.#standing;
    const where = `step ${detail.step + 1} of round ${detail.round + 1}`;
    if (status !== "triggered") return `${where} was taken while ${status}`;
    const here = detail.round === round && detail.step === step;
    const back = this.#mayGoBack;
    if (!here && !back) {
      return `${where} was taken, and step ${step + 1} of round ${
        round + 1
      } was next`;
    }
    if (atMs < this.#dueMs && !back) {
      return `${where} was taken ${this.#dueMs - atMs} ms too early`;
    }
    const planned = this.#plan.policy.steps[detail.step];
    if (!planned) return `${where} is not in the policy`;
    const wrong = this.#whom(planned, kind, detail.responderIds ?? []);
    if (wrong) return `${where} ${wrong}`;
    const pages = kind === "step_paged";
    this.#mayGoBack = false;
    this.#skipped = pages ? 0 : this.#skipped + 1;
    this.#dueMs = pages
      ? atMs + Math.round(planned.delayMinutes * 60_000)
      : atMs;
    const last = detail.step + 1 === this.#plan.policy.steps.length;
    this.#set({
      round: last ? detail.round + 1 : detail.round,
      step: last ? 0 : detail.step + 1,
      exhausted: false,
    });
    return null;
  }

  #whom(
    planned: PlannedStep,
    kind: string,
    ids: readonly number[],
  ): string | null {
    const { severities, targets, roundRobin } = planned;
    const applies = severities.length === 0 ||
      severities.includes(this.#severity);
    const reached = this.#reachable(
      targets.flatMap((target) => this.#household.idsOf(target)),
    );
    const wanted = applies ? reached : [];
    if (kind === "step_skipped") {
      return wanted.length > 0 ? "was skipped, and there was somebody" : null;
    }
    const same = roundRobin
      ? ids.length === 1 && wanted.includes(ids[0] ?? 0)
      : ids.length === wanted.length && wanted.every((id) => ids.includes(id));
    return same ? null : `paged ${ids}, and the policy wants ${wanted}`;
  }

  #reachable(ids: number[]): number[] {
    const mates = [...this.#household.mates.values()];
    return [...new Set(ids)].filter((id) =>
      mates.some((mate) => mate.id === id && mate.channels.length > 0)
    );
  }

  #restart({ kind, atMs }: StoryEntry): string | null {
    const minutes = this.#plan.policy.acknowledgementTimeoutMinutes;
    const early = kind === "acknowledgement_timed_out"
      ? this.#acknowledgedMs + (minutes ?? Infinity) * 60_000 - atMs
      : kind === "snooze_ended"
      ? this.#snoozedUntilMs - atMs
      : 0;
    if (early > 0) return `${kind} came ${early} ms too early`;
    this.#set({ status: "triggered", exhausted: true });
    this.#again(atMs);
    return null;
  }

  /** The next step is due now; from the first one where everything has been tried. */
  #again(atMs: number): void {
    if (this.#standing.exhausted) this.#set({ round: 0, step: 0 });
    this.#set({ exhausted: false });
    this.#dueMs = atMs;
    this.#skipped = 0;
  }

  #exhaust({ atMs }: StoryEntry): string | null {
    const { policy } = this.#plan;
    const tried = this.#standing.round > policy.repeatCount ||
      this.#skipped >= policy.steps.length;
    if (!tried) return "was given up before every step had been tried";
    if (atMs < this.#dueMs) return "was given up before its last wait was over";
    this.#set({ exhausted: true });
    return null;
  }

  #fallback({ detail }: StoryEntry): string | null {
    const { fallback } = this.#plan.policy;
    const named = this.#reachable(
      fallback === null ? [] : this.#household.idsOf(fallback),
    );
    const wanted = named.length > 0
      ? named
      : this.#reachable(this.#household.idsOf("team"));
    const ids: number[] = detail.responderIds;
    const same = ids.length === wanted.length &&
      wanted.every((id) => ids.includes(id));
    return same ? null : `the fallback paged ${ids} and not ${wanted}`;
  }

  /** How long the step that was taken last waits for an answer. */
  #lastDelayMs(): number {
    const { steps } = this.#plan.policy;
    const { round, step } = this.#standing;
    const first = step === 0 && round === 0;
    const index = step > 0 ? step - 1 : first ? 0 : steps.length - 1;
    return Math.round((steps[index]?.delayMinutes ?? 0) * 60_000);
  }

  #set(change: Partial<Standing>): void {
    this.#standing = { ...this.#standing, ...change };
  }
}
