/** What the targets of policies are called. */
import type { EscalationTarget } from "../../../domain/policies/escalation_policy.ts";
import type { Choice } from "../../load_names.ts";

export interface Targetable {
  responders: readonly { id: number; name: string }[];
  schedules: readonly { id: number; name: string }[];
  teams: readonly { id: number; name: string }[];
}

const GROUPS = [
  { kind: "schedule", from: "schedules", label: "Whoever is on call on" },
  {
    kind: "next_on_call",
    from: "schedules",
    label: "Whoever is next on call on",
  },
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

/** Promises the name of a target; a team, and the next on call, are said to be one. */
export function targetNamer(
  all: Targetable,
): (target: EscalationTarget) => string {
  const names = new Map(
    GROUPS.flatMap(({ kind, from }) =>
      all[from].map(({ id, name }) => [
        targetValue({ kind, id }),
        calledAs(kind, name),
      ])
    ),
  );
  return (target) => names.get(targetValue(target)) ?? GONE[target.kind];
}

const GONE = {
  responder: "a responder that is gone",
  schedule: "a schedule that is gone",
  next_on_call: "a schedule that is gone",
  team: "a team that is gone",
} as const;

/** Promises what a target of this kind and name is called within a sentence. */
export function calledAs(kind: EscalationTarget["kind"], name: string): string {
  if (kind === "team") return `everybody in ${name}`;
  return kind === "next_on_call" ? `the next on call on ${name}` : name;
}
