/** Reads all that the readiness check looks at: some hundred short queries for a thousand schedules, few for few. */
import type { ChannelKind } from "../../domain/responders/people.ts";
import {
  type EscalationTarget,
  targetsOf,
} from "../../domain/policies/escalation_policy.ts";
import type { ReadinessInput } from "../../domain/readiness/readiness.ts";
import {
  peopleOf,
  type SchedulePlan,
  type Shift,
  shifts,
} from "../../domain/schedules/schedule.ts";
import type { Repositories } from "../../ports/store.ts";
import { NEXT_WITHIN_MS } from "../load_directory.ts";
import { everyPlan, everyRow } from "../every_row.ts";
import { eachInTurn } from "../in_slices.ts";

export type ReadinessStore = Pick<
  Repositories,
  "accounts" | "policies" | "reports" | "responders" | "schedules" | "teams"
>;

/** What the settings say about sending. */
export interface Sending {
  sendingEnabled: boolean;
  /** Channels with a provider. */
  channels: ReadonlySet<ChannelKind>;
}

/** Promises the input of the check for [fromMs, toMs): at most 2,000 schedules and 2,000 policies, by name. */
export async function loadReadiness(
  store: ReadinessStore,
  { fromMs, toMs, ...sending }: Sending & { fromMs: number; toMs: number },
): Promise<ReadinessInput> {
  const [schedules, policies, adminIds, switchedOff] = await Promise.all([
    everyRow(store.schedules),
    everyRow(store.policies),
    store.responders.adminIds(),
    store.accounts.switchedOff(),
  ]);
  const ids = schedules.map(({ id }) => id);
  const plans = await everyPlan(store.schedules, ids, { fromMs, toMs });
  const targets = policies.flatMap(targetsOf);
  const nextToMs = toMs + NEXT_WITHIN_MS;
  const farIds = idsOf(targets, "next_on_call");
  const farRange = { fromMs, toMs: nextToMs };
  const far = await everyPlan(store.schedules, farIds, farRange);
  const members = await store.teams.membersOf([
    ...policies.map(({ teamId }) => teamId),
    ...idsOf(targets, "team"),
  ]);
  const responders = await store.responders.reachable([
    ...new Set([
      ...idsOf(targets, "responder"),
      ...[...plans.values(), ...far.values()].flatMap(peopleOf),
      ...[...members.values()].flat(),
      ...adminIds,
    ]),
  ]);
  const methodIds = responders.flatMap(({ contactMethods }) =>
    contactMethods.filter(({ enabled }) => enabled).map(({ id }) => id)
  );
  return {
    ...sending,
    ...{ fromMs, toMs, schedules, policies },
    tiles: await tilesOf(plans, { fromMs, toMs }),
    farTiles: await tilesOf(far, farRange),
    people: {
      members,
      adminIds,
      responders: new Map(responders.map((one) => [one.id, one])),
    },
    lastDeliveries: await store.reports.lastDeliveries(methodIds),
    switchedOff: new Set(switchedOff),
  };
}

function idsOf(
  targets: readonly EscalationTarget[],
  kind: EscalationTarget["kind"],
): number[] {
  const ids = targets.filter((target) => target.kind === kind)
    .map(({ id }) => id);
  return [...new Set(ids)];
}

async function tilesOf(
  plans: ReadonlyMap<number, SchedulePlan>,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<Map<number, Shift[]>> {
  const tiles = await eachInTurn(
    [...plans],
    ([id, plan]) => [id, shifts(plan, fromMs, toMs)] as const,
  );
  return new Map(tiles);
}
