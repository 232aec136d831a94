/** Whether paging works, in words: what would keep a page from arriving is said before it does. */
import type { NotificationState } from "../../domain/delivery/notification.ts";
import type { PageWay } from "../../ports/overview_repository.ts";
import type { JobRun } from "../../ports/system_repositories.ts";
import { briefly, duration } from "./duration.ts";
import { counted, digits, listed, sentenceCase } from "./plural.ts";

/** A job runs every minute; two missed runs and some patience. */
const LATE_MS = 3 * 60_000;

export interface HealthInput {
  nowMs: number;
  sendingEnabled: boolean;
  /** Of this process. */
  jobs: readonly { name: string; enabled: boolean }[];
  /** Of every process. */
  runs: readonly JobRun[];
  /** Notifications made today. */
  pages: readonly { state: NotificationState; count: number }[];
  lastSent: PageWay | null;
  /** Who is on call now and has no way to be reached. */
  unreachable: readonly string[];
}

export interface HealthFact {
  term: string;
  text: string;
  tone: "good" | "bad" | "plain";
}

export interface PagingHealth {
  /** One sentence: how it is, or the worst that is wrong. */
  sentence: string;
  healthy: boolean;
  facts: HealthFact[];
}

const WATCHED = [
  { name: "notification_retry", term: "Retries" },
  { name: "escalation", term: "Escalation" },
  { name: "self_audit", term: "Self-check" },
] as const;

/** Promises the state of paging, and each part of it. */
export function pagingHealth(input: HealthInput): PagingHealth {
  const facts = [
    sending(input),
    ...reach(input),
    ...WATCHED.flatMap((job) => worker(job, input)),
    ...nodes(input),
  ];
  const wrong = facts.filter((fact) => fact.tone === "bad");
  const [worst] = wrong;
  const sentence = worst
    ? `${worst.term}: ${worst.text}.`
    : `Paging is healthy${lastPage(input.lastSent)}.`;
  return { sentence, healthy: wrong.length === 0, facts };
}

function sending({ sendingEnabled, pages }: HealthInput): HealthFact {
  const of = (...states: NotificationState[]) =>
    pages.filter(({ state }) => states.includes(state))
      .reduce((sum, { count }) => sum + count, 0);
  const sent = of("sent", "delivered");
  const failed = of("failed");
  if (!sendingEnabled) {
    const lost = of("suppressed");
    const rest = lost > 0 ? `; ${counted(lost, "page")} not sent today` : "";
    return bad("Sending", `switched off, nobody is paged${rest}`);
  }
  if (failed > 0) {
    return bad(
      "Sending",
      `${digits(failed)} of ${counted(sent + failed, "page")} today failed`,
    );
  }
  return {
    term: "Sending",
    tone: "good",
    text: sent === 0
      ? "on, no page today"
      : `on, ${counted(sent, "page")} today, none failed`,
  };
}

function reach({ unreachable }: HealthInput): HealthFact[] {
  if (unreachable.length === 0) return [];
  const verb = unreachable.length === 1 ? "is" : "are";
  return [
    bad(
      "Reach",
      `${
        listed(unreachable)
      } ${verb} on call and cannot be reached: no contact method is switched on`,
    ),
  ];
}

function worker(
  { name, term }: (typeof WATCHED)[number],
  { jobs, runs, nowMs }: HealthInput,
): HealthFact[] {
  const newest = runs.filter((run) => run.name === name)
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs)[0];
  const enabled = jobs.some((job) => job.name === name && job.enabled);
  if (!newest) {
    if (enabled) return [{ term, tone: "plain", text: "has not run yet" }];
    return [bad(term, "switched off on this node, and never run elsewhere")];
  }
  const ago = nowMs - newest.startedAtMs;
  if (ago > LATE_MS) {
    return [bad(term, `late, the last run was ${briefly(ago)} ago`)];
  }
  if (newest.outcome === "failed") {
    return [
      bad(
        term,
        `failed ${briefly(ago)} ago: ${newest.message.slice(0, 200)}`,
      ),
    ];
  }
  return [{ term, tone: "plain", text: `last run ${briefly(ago)} ago` }];
}

function nodes({ runs, nowMs }: HealthInput): HealthFact[] {
  const alive = new Set(
    runs.filter((run) => nowMs - run.startedAtMs <= LATE_MS)
      .map((run) => run.node),
  ).size;
  return alive === 0 ? [] : [{
    term: "Nodes",
    tone: "plain",
    text: `${counted(alive, "node")} alive`,
  }];
}

function lastPage(way: PageWay | null): string {
  if (!way) return "";
  const left = `the last page took ${
    duration(way.sentAtMs - way.dueAtMs)
  } to leave`;
  return way.deliveredAtMs === null
    ? `: ${left}`
    : `: ${left} and ${
      duration(way.deliveredAtMs - way.sentAtMs)
    } to be delivered`;
}

function bad(term: string, text: string): HealthFact {
  return { term, text, tone: "bad" };
}

/** Promises the sentences of what is wrong, for a list. */
export function wrongs({ facts }: PagingHealth): string[] {
  return facts.filter(({ tone }) => tone === "bad")
    .map(({ term, text }) => sentenceCase(`${term}: ${text}`));
}
