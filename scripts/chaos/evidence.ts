/** What became of every alert and every page, from the database, the senders and the provider. */
import type { Connection } from "../../src/store/connection/connection.ts";
import { oneConnection } from "../../src/store/connection/one_connection.ts";
import type { Arrival } from "./provider_process.ts";
import type { Answered } from "./senders.ts";

export interface Report {
  database: string;
  seed: number;
  minutes: number;
  faults: number;
  /** Answered 2xx, and how often they had to be posted for it. */
  alerts: number;
  posts: number;
  incidents: number;
  pages: number;
  /** Pages that the provider took. */
  accepted: number;
  /** Alerts answered 2xx whose incident or page is nowhere, and pages that say they were sent and never arrived. */
  lost: string[];
  /** Pages that were handed to the provider again after it had taken them. */
  repeated: number;
  /** Those of them that no row explains by a crash, a stop or a lost answer. */
  unexplained: string[];
  /** From the answer to the first page's arrival, milliseconds. */
  delayMs: { median: number; p99: number; longest: number };
}

interface Page {
  incident_id: number;
  state: string;
  attempt: number;
  maybe_sent_twice: number;
  idempotency_key: string;
}

/** Promises a connection past every process, for reading. */
export function observe(url: string): Promise<Connection> {
  return oneConnection({ url }, 0);
}

/** Ends every session in the PostgreSQL database but this one. */
export async function cutSessions({ read }: Connection): Promise<void> {
  await read(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    [],
  );
}

/** Promises how many pages are still to be sent. */
export async function pending({ read }: Connection): Promise<number> {
  const { rows } = await read(
    "SELECT count(*) AS pending FROM notifications WHERE claimable_at_ms IS NOT NULL",
    [],
  );
  return Number(rows[0]?.["pending"]);
}

/** Promises the report on a run that is over. */
export async function report(
  { read }: Connection,
  { answered, requests, ...facts }:
    & { answered: readonly Answered[]; requests: readonly Arrival[] }
    & Pick<Report, "database" | "seed" | "minutes" | "faults">,
): Promise<Report> {
  const incidents = (await read("SELECT id, external_id FROM incidents", []))
    .rows as unknown as { id: number; external_id: string }[];
  const pages = (await read(
    `SELECT incident_id, state, attempt, maybe_sent_twice, idempotency_key
     FROM notifications WHERE kind = 'page'`,
    [],
  )).rows as unknown as Page[];
  const arrivals = new Map<string, Arrival>(
    requests.filter(({ taken }) => taken)
      .map((request) => [request.messageId, request]),
  );
  const { repeated, unexplained } = repetitions(requests, pages);
  return {
    ...facts,
    alerts: answered.length,
    posts: answered.reduce((sum, { posts }) => sum + posts, 0),
    incidents: incidents.length,
    pages: pages.length,
    accepted: arrivals.size,
    lost: lost({ answered, incidents, pages, arrivals }),
    repeated,
    unexplained,
    delayMs: delays({ answered, pages, arrivals }),
  };
}

function lost({ answered, incidents, pages, arrivals }: {
  answered: readonly Answered[];
  incidents: readonly { id: number; external_id: string }[];
  pages: readonly Page[];
  arrivals: ReadonlyMap<string, unknown>;
}): string[] {
  const idOf = new Map(incidents.map((row) => [row.external_id, row.id]));
  const paged = new Set(
    pages.filter((page) => arrivals.has(page.idempotency_key))
      .map((page) => page.incident_id),
  );
  return [
    ...answered.filter((alert) =>
      idOf.get(alert.externalId) !== alert.incidentId
    ).map(({ externalId }) => `${externalId} has no incident`),
    ...answered.filter(({ incidentId }) => !paged.has(incidentId))
      .map(({ externalId }) => `nobody was paged for ${externalId}`),
    ...pages.filter((page) => !arrivals.has(page.idempotency_key))
      .map((page) =>
        `a page of incident ${page.incident_id} is ${page.state} and never arrived`
      ),
  ];
}

/**
 * A page goes out again only after a crash, a stop or an answer that was lost; then its row says so. Not so where the
 * connection was cut before the answer: on one that it had used before, the runtime's HTTP client sends a
 * request again by itself, and the provider knows it by its id.
 */
function repetitions(
  requests: readonly Arrival[],
  pages: readonly Page[],
): { repeated: number; unexplained: string[] } {
  const taken = new Set<string>();
  const again = new Set<string>();
  for (const { messageId, taken: isNew } of requests) {
    if (isNew) taken.add(messageId);
    else if (taken.has(messageId)) again.add(messageId);
  }
  const explained = new Set([
    ...pages.filter((page) => page.maybe_sent_twice === 1)
      .map((page) => page.idempotency_key),
    ...requests.filter(({ answer }) =>
      answer === "reset" || answer === "accept_then_reset"
    ).map(({ messageId }) => messageId),
  ]);
  const unexplained = [...again].filter((key) => !explained.has(key));
  return {
    repeated: again.size,
    unexplained: unexplained.map((key) => describe(key, { requests, pages })),
  };
}

function describe(
  key: string,
  { requests, pages }: {
    requests: readonly Arrival[];
    pages: readonly Page[];
  },
): string {
  const page = pages.find((each) => each.idempotency_key === key);
  const times = requests.filter(({ messageId }) => messageId === key)
    .map(({ atMs, taken }) => `${atMs}${taken ? " (taken)" : ""}`);
  return `the page of incident ${page?.incident_id} is ${page?.state} after ${page?.attempt} attempts; handed over at ${
    times.join(", ")
  }`;
}

function delays({ answered, pages, arrivals }: {
  answered: readonly Answered[];
  pages: readonly Page[];
  arrivals: ReadonlyMap<string, Arrival>;
}): Report["delayMs"] {
  const firstAtMs = new Map<number, number>();
  for (const { incident_id: id, idempotency_key } of pages) {
    const atMs = arrivals.get(idempotency_key)?.atMs ?? Infinity;
    firstAtMs.set(id, Math.min(atMs, firstAtMs.get(id) ?? Infinity));
  }
  const sorted = answered
    .map(({ incidentId, answeredAtMs }) =>
      (firstAtMs.get(incidentId) ?? Infinity) - answeredAtMs
    )
    .filter(Number.isFinite).map((ms) => Math.max(0, ms))
    .sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p99: at(0.99), longest: sorted.at(-1) ?? 0 };
}

/** Promises whether every promise was kept. */
export function isKept({ lost, unexplained, alerts }: Report): boolean {
  return alerts > 0 && lost.length === 0 && unexplained.length === 0;
}
