/** What the targets of policies are called. */
import type { EscalationTarget } from "../../domain/escalation_policy.ts";
import type { Choice } from "../load_names.ts";

export interface Targetable {
  responders: readonly { id: number; name: string }[];
  schedules: readonly { id: number; name: string }[];
  teams: readonly { id: number; name: string }[];
}

const GROUPS = [
  { kind: "schedule", from: "schedules", label: "Whoever is on call on" },
  { kind: "responder", from: "responders", label: "One person" },
  { kind: "team", from: "teams", label: "Everybody in the team" },
] as const;

/** Promises the value of a target in a select, as `schedule:3`. */
export function targetValue({ kind, id }: EscalationTarget): string {
  return `${kind}:${id}`;
}

/** Promises the options of a select, in groups. */
export function targetGroups(
  all: Targetable,
): { label: string; options: Choice[] }[] {
  return GROUPS.map(({ kind, from, label }) => ({
    label,
    options: all[from].map(({ id, name }) => ({
      value: targetValue({ kind, id }),
      label: name,
    })),
  })).filter(({ options }) => options.length > 0);
}

/** Promises the name of a target; a team is said to be one. */
export function targetNamer(
  all: Targetable,
): (target: EscalationTarget) => string {
  const names = new Map(
    GROUPS.flatMap(({ kind, from }) =>
      all[from].map(({ id, name }) => [
        targetValue({ kind, id }),
        kind === "team" ? `everybody in ${name}` : name,
      ])
    ),
  );
  return (target) =>
    names.get(targetValue(target)) ?? `a ${target.kind} that is gone`;
}
