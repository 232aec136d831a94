/** What one seed stands for: who there is, what happens to them, and what goes wrong. */
import type { Severity } from "../../src/domain/intake/alert.ts";
import { type ChannelKind } from "../../src/domain/responders/people.ts";
import type { Chance } from "./chance.ts";

export interface PlannedPerson {
  name: string;
  channels: ChannelKind[];
  /** By urgency "high": which of the channels after how long, minutes. Empty: no rules. */
  rules: { channel: ChannelKind; delayMinutes: number }[];
  notifyOnResolve: boolean;
}

export interface PlannedStep {
  delayMinutes: number;
  /** Names of people; "team" is everybody, "nobody" a schedule without anybody, "on call" one with the first person. */
  targets: string[];
  roundRobin: boolean;
  severities: Severity[];
}

export interface PlannedPolicy {
  steps: PlannedStep[];
  repeatCount: number;
  acknowledgementTimeoutMinutes: number | null;
  /** A name, or null for the team. */
  fallback: string | null;
}

export interface PlannedAlert {
  atMs: number;
  externalId: string;
  severity: Severity;
  recovers: boolean;
  /** Seconds before it was sent at which the episode began; null where the sender does not say. */
  startedSecondsAgo: number | null;
}

/** A process dies, or stands still, right before or after the so-many-th thing of its kind that any process does. */
export interface PlannedCrash {
  at: "commit" | "statement" | "claim" | "answer";
  number: number;
  when: "before" | "after";
  dies: boolean;
  /** Until it is started again, or goes on. */
  forMs: number;
}

export interface PlannedFault {
  atMs: number;
  forMs: number;
  kind: "still" | "clock" | "provider down" | "database away";
  /** Which node, by number. */
  node: number;
  /** How far the clock jumps. */
  byMs: number;
  channel: ChannelKind;
}

export interface Plan {
  nodes: number;
  people: PlannedPerson[];
  policy: PlannedPolicy;
  bundlingSeconds: number;
  concurrency: number;
  alerts: PlannedAlert[];
  crashes: PlannedCrash[];
  faults: PlannedFault[];
  /** How likely it is that a process does not hear of another's commit. */
  signalLosses: number;
  /** How likely a provider's answer is to go wrong. */
  providerFaults: number;
  /** How likely somebody who is paged does something. */
  diligence: number;
  /** Faults and alerts end here; from here on everything must come to rest. */
  activeMs: number;
}

const NAMES = ["maya", "idris", "ana", "wei"];
const CHANNELS: readonly ChannelKind[] = ["sms", "whatsapp", "email"];
const SEVERITIES: readonly [Severity, ...Severity[]] = [
  "critical",
  "critical",
  "error",
  "warning",
  "info",
];
const DELAYS = [0.05, 0.1, 0.25, 0.5] as const;

/** Promises the plan of a seed. */
export function planFor(chance: Chance): Plan {
  const people = NAMES.slice(0, chance.int(1, NAMES.length)).map((name) =>
    person(name, chance)
  );
  const activeMs = chance.int(15_000, 70_000);
  const nodes = chance.pick([1, 2, 2, 3]);
  const calm = chance.happens(0.15);
  return {
    nodes,
    people,
    policy: policy(people.map(({ name }) => name), chance),
    bundlingSeconds: chance.pick([0, 0, 5, 20]),
    concurrency: chance.pick([1, 2, 10]),
    alerts: alerts(activeMs, chance),
    crashes: calm ? [] : list(chance.int(0, 3), () => crash(chance)),
    faults: calm
      ? []
      : list(chance.int(0, 3), () => fault({ activeMs, nodes, chance })),
    providerFaults: calm ? 0 : chance.pick([0, 0.1, 0.3]),
    signalLosses: chance.pick([0, 0.5, 1]),
    diligence: chance.pick([0, 0.3, 0.7]),
    activeMs,
  };
}

function list<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function person(name: string, chance: Chance): PlannedPerson {
  const channels = chance.happens(0.08) ? [] : chance.some(CHANNELS);
  const ruled = chance.happens(0.4);
  const rules = ruled
    ? list(chance.int(1, 3), () => ({
      channel: chance.pick(channels) ?? "sms",
      delayMinutes: chance.pick([0, 0, 0.1, 0.5]),
    })).filter(({ channel }) => channels.includes(channel))
    : [];
  return { name, channels, rules, notifyOnResolve: chance.happens(0.4) };
}

function policy(names: string[], chance: Chance): PlannedPolicy {
  const targets = [...names, "team", "on call", "nobody"];
  return {
    steps: list(chance.int(1, 3), () => ({
      delayMinutes: chance.pick(DELAYS),
      targets: list(chance.int(1, 2), () => chance.pick(targets) ?? "team"),
      roundRobin: chance.happens(0.3),
      severities: chance.happens(0.2) ? ["critical"] : [],
    })),
    repeatCount: chance.pick([0, 0, 1]),
    acknowledgementTimeoutMinutes: chance.pick([null, null, 0.3, 1]),
    fallback: chance.happens(0.3) ? chance.pick(names) ?? null : null,
  };
}

function alerts(activeMs: number, chance: Chance): PlannedAlert[] {
  const ids = list(chance.int(1, 5), () => `disk-${chance.int(1, 99)}`);
  const count = chance.int(2, 12);
  const stormMs = chance.happens(0.4) ? chance.int(0, activeMs) : null;
  return list(count, () => ({
    atMs: stormMs !== null && chance.happens(0.7)
      ? stormMs + chance.int(0, 50)
      : chance.int(0, activeMs),
    externalId: chance.pick(ids) ?? "disk",
    severity: chance.pick(SEVERITIES),
    recovers: chance.happens(0.15),
    startedSecondsAgo: chance.pick([null, 0, 60]),
  }));
}

function crash(chance: Chance): PlannedCrash {
  const at = chance.pick(["commit", "statement", "claim", "answer"] as const);
  const most = { commit: 60, statement: 600, claim: 12, answer: 12 }[at];
  return {
    at,
    number: chance.int(1, most),
    when: chance.pick(["before", "after"] as const),
    dies: chance.happens(0.7),
    forMs: chance.pick([100, 5_000, 30_000, 45_000]),
  };
}

function fault(
  { activeMs, nodes, chance }: {
    activeMs: number;
    nodes: number;
    chance: Chance;
  },
): PlannedFault {
  return {
    atMs: chance.int(0, activeMs),
    forMs: chance.int(1_000, 45_000),
    kind: chance.pick(
      ["still", "clock", "provider down", "database away"] as const,
    ),
    node: chance.int(0, nodes - 1),
    byMs: chance.pick([-600_000, -60_000, -3_000, 3_000, 60_000, 600_000]),
    channel: chance.pick(CHANNELS) ?? "sms",
  };
}
