/** The people, the policy and the source of a plan, as rows in the database. */
import { createHash } from "node:crypto";
import {
  DEFAULT_SOURCE_SETTINGS,
  NEW_SOURCE,
} from "../../src/domain/intake/alert_source.ts";
import {
  type EscalationTarget,
  PLAIN_STEP,
} from "../../src/domain/policies/escalation_policy.ts";
import type { ChannelKind } from "../../src/domain/responders/people.ts";
import type { Store } from "../../src/ports/store.ts";
import { START_MS } from "./node.ts";
import type { Plan, PlannedPerson } from "./plan.ts";

const DAY_MS = 86_400_000;
const KEY = `pp00000001${"k".repeat(22)}`;

export interface Housemate extends PlannedPerson {
  id: number;
  addresses: ReadonlyMap<ChannelKind, string>;
}

export interface Household {
  /** Of the source, for its alerts. */
  key: string;
  mates: ReadonlyMap<string, Housemate>;
  /** Promises who a target of the plan stands for, by id. */
  idsOf(target: string): number[];
  /** Promises whose address it is. */
  ownerOf(address: string): Housemate | undefined;
}

/** Writes all that the plan starts from. */
export async function moveIn(store: Store, plan: Plan): Promise<Household> {
  const team = await store.teams.insert(
    { name: "Payments", description: "" },
    START_MS,
  );
  const mates = new Map<string, Housemate>();
  for (const person of plan.people) {
    mates.set(person.name, await addPerson(store, person));
  }
  const ids = [...mates.values()].map(({ id }) => id);
  await store.teams.setMembers(team.id, ids);
  const onCall = await addSchedule(store, team.id, ids.slice(0, 1));
  const nobody = await addSchedule(store, team.id, []);
  const targets = (name: string): EscalationTarget => {
    if (name === "team") return { kind: "team", id: team.id };
    if (name === "on call") return { kind: "schedule", id: onCall };
    if (name === "nobody") return { kind: "schedule", id: nobody };
    return { kind: "responder", id: mates.get(name)?.id ?? 0 };
  };
  const { steps, fallback, ...policy } = plan.policy;
  const { id: escalationPolicyId } = await store.policies.insert({
    teamId: team.id,
    name: "Day and night",
    description: "",
    steps: steps.map((step) => ({
      ...PLAIN_STEP,
      ...step,
      targets: step.targets.map(targets),
    })),
    fallback: fallback === null ? [] : [targets(fallback)],
    ...policy,
  }, START_MS);
  await store.sources.insert({
    teamId: team.id,
    name: "Probe",
    kind: "generic",
    escalationPolicyId,
    enabled: true,
    keyId: KEY.slice(2, 10),
    keyHash: createHash("sha256").update(KEY).digest("hex"),
    settings: { ...DEFAULT_SOURCE_SETTINGS, refireCooldownMinutes: 1 },
    ...NEW_SOURCE,
  }, START_MS);
  return {
    key: KEY,
    mates,
    idsOf: (target) => {
      if (target === "team") return ids;
      if (target === "on call") return ids.slice(0, 1);
      return mates.has(target) ? [mates.get(target)?.id ?? 0] : [];
    },
    ownerOf: (address) =>
      [...mates.values()].find((mate) =>
        [...mate.addresses.values()].includes(address)
      ),
  };
}

async function addPerson(
  store: Store,
  person: PlannedPerson,
): Promise<Housemate> {
  const email = `${person.name}@example.com`;
  const { name, notifyOnResolve } = person;
  const { id } = await store.responders.insert(
    { name, email, timeZone: "Europe/London", notifyOnResolve },
    START_MS,
  );
  const addresses = new Map<ChannelKind, string>();
  const methods = new Map<ChannelKind, number>();
  for (const channel of person.channels) {
    const number = `+4477009${String(id).padStart(4, "0")}`;
    const address = channel === "email"
      ? email
      : `${number}${channel === "sms" ? 1 : 2}`;
    const row = {
      ...{ responderId: id, channel, address, label: "", enabled: true },
    };
    const method = await store.responders.insertContactMethod(row, START_MS);
    addresses.set(channel, address);
    methods.set(channel, method.id);
  }
  if (person.rules.length > 0) {
    const rules = person.rules.map(({ channel, delayMinutes }) => ({
      urgency: "high" as const,
      contactMethodId: methods.get(channel) ?? 0,
      delayMinutes,
    }));
    await store.responders.setContactRules(id, rules);
  }
  return { ...person, id, addresses };
}

async function addSchedule(
  store: Store,
  teamId: number,
  responderIds: number[],
): Promise<number> {
  const { id } = await store.schedules.insert({
    teamId,
    name: responderIds.length > 0 ? "On call" : "Nobody",
    description: "",
    timeZone: "Europe/London",
  }, START_MS);
  for (const responderId of responderIds) {
    await store.schedules.insertEntry({
      scheduleId: id,
      responderId,
      kind: "entry",
      replacesResponderId: null,
      // Longer than any clock here goes wrong.
      startsAtMs: START_MS - DAY_MS,
      endsAtMs: START_MS + 2 * DAY_MS,
    }, START_MS);
  }
  return id;
}
