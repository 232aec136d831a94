/** Plans the next step of an incident, with who is who read in the transaction that writes it. */
import {
  type EscalationPlan,
  planEscalation,
} from "../../domain/policies/escalation.ts";
import type { Directory } from "../../domain/policies/reach.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import type { Repositories } from "../../ports/store.ts";
import { type FindDirectory, sharedDirectory } from "../load_directory.ts";

export interface Planning {
  tx: Repositories;
  nowMs: number;
  /** Read once and shared where one transaction opens many incidents. */
  directory?: FindDirectory;
}

/** A plan whose round-robin step, if it pages by one, pages whoever has its first turn until its turn is taken. */
export interface Planned extends EscalationPlan {
  /** Promises the same plan for the turn. Nothing of the incident depends on it. */
  atTurn(turn: number): EscalationPlan;
  /** Everybody that it may page, by id. */
  responders: Directory["responders"];
}

/** Promises the plan for the incident's next step. It takes no turn: see `takeTurns`. */
export async function planNow(
  { tx, nowMs, directory }: Planning,
  incident: Incident,
): Promise<Planned> {
  const own = sharedDirectory(tx, [incident], nowMs);
  const find = directory ?? ((_incident, whom) => own(whom));
  const plan = planOn(incident, await find(incident, "named"), nowMs);
  if (plan.pages.length > 0 || incident.isTest) return plan;
  return planOn(incident, await find(incident, "everybody"), nowMs);
}

function planOn(
  incident: Incident,
  directory: Directory,
  nowMs: number,
): Planned {
  const plan = planEscalation(incident, directory, nowMs);
  const { turnStep } = plan;
  const atTurn = (turn: number) => {
    const turns = new Map(turnStep === null ? [] : [[turnStep, turn]]);
    return planEscalation(incident, { ...directory, turns }, nowMs);
  };
  return { ...plan, atTurn, responders: directory.responders };
}

/**
 * Promises the plans with a turn taken of each round-robin step that pages; a turn goes back when the transaction does.
 * To be called when the rows of all incidents of the transaction are written or locked, and once: who takes turns first
 * and waits for an incident then could meet somebody who does the opposite.
 */
export async function takeTurns(
  { policies }: Pick<Repositories, "policies">,
  planned: readonly Planned[],
): Promise<EscalationPlan[]> {
  const asked = planned.flatMap(({ incident, turnStep: step }) =>
    step === null ? [] : [{ policyId: incident.policy.policyId, step }]
  );
  const turns = (await policies.takeTurns(asked)).values();
  return planned.map((plan) =>
    plan.turnStep === null ? plan : plan.atTurn(turns.next().value ?? 0)
  );
}
