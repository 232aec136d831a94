/** A policy while it is being written: what stands in the form, right or wrong, and what its buttons do to it. */
import {
  type EscalationPolicy,
  POLICY_LIMITS,
} from "../../../domain/policies/escalation_policy.ts";
import type { Form } from "../../form.ts";
import {
  type DraftLine,
  draftOfStep,
  type DraftStep,
  MOST_LINES,
  newStep,
  readList,
  readStep,
  stepInput,
  targetInput,
} from "./step_draft.ts";
import { targetValue } from "./target_names.ts";
import { typedNumber } from "../typed_number.ts";

export interface Draft {
  name: string;
  team_id: string;
  description: string;
  steps: DraftStep[];
  repeat_count: string;
  acknowledgement_timeout_minutes: string;
  fallback: string[];
}

/** Promises an empty draft with one step, whose hours are in the zone until another is chosen. */
export function newDraft(teamId: string, timeZone: string): Draft {
  return {
    name: "",
    team_id: teamId,
    description: "",
    steps: [newStep(timeZone)],
    repeat_count: "1",
    acknowledgement_timeout_minutes: "",
    fallback: [],
  };
}

/** Promises the draft of a policy that is there; `timeZone` as for a new one. */
export function draftOf(policy: EscalationPolicy, timeZone: string): Draft {
  const timeout = policy.acknowledgementTimeoutMinutes;
  return {
    name: policy.name,
    team_id: String(policy.teamId),
    description: policy.description,
    steps: policy.steps.map((step) => draftOfStep(step, timeZone)),
    repeat_count: String(policy.repeatCount),
    acknowledgement_timeout_minutes: timeout === null ? "" : String(timeout),
    fallback: policy.fallback.map(targetValue),
  };
}

/** Promises what was typed. Steps and targets beyond the limits are left out. */
export function readDraft(form: Form): Draft {
  const steps: DraftStep[] = [];
  while (
    steps.length < POLICY_LIMITS.steps &&
    form.has(`steps.${steps.length}.delay_minutes`)
  ) {
    const at = `steps.${steps.length}`;
    steps.push(readStep(form, at));
  }
  return {
    name: form.text("name"),
    team_id: form.text("team_id"),
    description: form.text("description"),
    steps,
    repeat_count: form.text("repeat_count"),
    acknowledgement_timeout_minutes: form.text(
      "acknowledgement_timeout_minutes",
    ),
    fallback: readList(form, "fallback"),
  };
}

/**
 * Promises the draft after a button: `add-step`, `remove-step.1`, `up.1`, `down.1`, `add-target.0`, `remove-target.0.1`,
 * `add-hours.0`, `remove-hours.0.1`, `add-fallback`, `remove-fallback.0`; null for any other, which is to save. Numbers
 * are 0-based; what is not there or beyond a limit changes nothing.
 */
export function press(draft: Draft, button: string): Draft | null {
  const [verb = "", ...numbers] = button.split(".");
  const [index = -1, target = -1] = numbers.map(Number);
  const { steps, fallback } = draft;
  const { steps: mostSteps, targetsPerStep } = POLICY_LIMITS;
  const withStep = (change: (step: DraftStep) => DraftStep) =>
    steps.map((step, each) => each === index ? change(step) : step);
  const withTargets = (change: (targets: string[]) => string[]) =>
    withStep((step) => ({ ...step, targets: change(step.targets) }));
  const withLines = (change: (lines: DraftLine[]) => DraftLine[]) =>
    withStep((step) => {
      const lines = change(step.hours.lines);
      return { ...step, hours: { ...step.hours, lines } };
    });
  switch (verb) {
    case "add-step":
      return { ...draft, steps: oneMore(steps).slice(0, mostSteps) };
    case "remove-step":
      return { ...draft, steps: without(steps, index, 1) };
    case "up":
      return { ...draft, steps: swapped(steps, index, index - 1) };
    case "down":
      return { ...draft, steps: swapped(steps, index, index + 1) };
    case "add-target": {
      const more = (own: string[]) => [...own, ""].slice(0, targetsPerStep);
      return { ...draft, steps: withTargets(more) };
    }
    case "remove-target": {
      const fewer = (own: string[]) => without(own, target, 1);
      return { ...draft, steps: withTargets(fewer) };
    }
    case "add-hours": {
      const empty = { days: [], from: "00:00", to: "00:00" };
      const more = (own: DraftLine[]) => [...own, empty].slice(0, MOST_LINES);
      return { ...draft, steps: withLines(more) };
    }
    case "remove-hours": {
      const fewer = (own: DraftLine[]) => without(own, target, 1);
      return { ...draft, steps: withLines(fewer) };
    }
    case "add-fallback":
      return { ...draft, fallback: [...fallback, ""].slice(0, targetsPerStep) };
    case "remove-fallback":
      return { ...draft, fallback: without(fallback, index, 0) };
    default:
      return null;
  }
}

/** Promises the draft as the rules of a policy read it; what is no number is NaN, what is not chosen has no type. */
export function inputOf(draft: Draft): Record<string, unknown> {
  const number = (text: string) => typedNumber(text) ?? NaN;
  return {
    name: draft.name,
    team_id: number(draft.team_id),
    description: draft.description,
    steps: draft.steps.map(stepInput),
    repeat_count: number(draft.repeat_count),
    acknowledgement_timeout_minutes: typedNumber(
      draft.acknowledgement_timeout_minutes,
    ),
    fallback: draft.fallback.map(targetInput),
  };
}

/** A further step starts in the zone of the last one. */
function oneMore(steps: DraftStep[]): DraftStep[] {
  return [...steps, newStep(steps.at(-1)?.hours.time_zone ?? "UTC")];
}

/** The others, as long as at least `least` stay. */
function without<T>(items: readonly T[], index: number, least: number): T[] {
  return items.filter((_, each) => each !== index || items.length <= least);
}

function swapped<T>(items: readonly T[], a: number, b: number): T[] {
  const changed = [...items];
  const [one, other] = [items[a], items[b]];
  if (one === undefined || other === undefined) return changed;
  changed[a] = other;
  changed[b] = one;
  return changed;
}
