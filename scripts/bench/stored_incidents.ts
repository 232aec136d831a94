/** Stores many incidents at once, each with a page that was sent and the beginning of its story, past the application. */
import type { Connection } from "../../src/store/connection/connection.ts";
import { oneConnection } from "../../src/store/connection/one_connection.ts";
import type { Stored } from "./target.ts";

/** Old incidents are spread over two years. */
const SPREAD_MS = 2 * 365 * 86_400_000;
const BATCH = 50_000;

/** Promises them stored after those that are there; copies of the first one, which must have been paged for. */
export async function storeIncidents(
  url: string,
  { old, open }: Stored,
): Promise<void> {
  const connection = await oneConnection({ url }, 0);
  try {
    await copies(connection, { from: 0, count: old, total: old, open: false });
    await copies(connection, {
      from: old,
      count: open,
      total: open,
      open: true,
    });
    // A database grows to this size over months, with its statistics kept.
    if (connection.dialect === "postgres") await run(connection, ["ANALYZE"]);
  } finally {
    await connection.close();
  }
}

interface Copies {
  /** The number of the first one. */
  from: number;
  count: number;
  /** Over which the time is spread. */
  total: number;
  open: boolean;
}

async function copies(connection: Connection, all: Copies): Promise<void> {
  for (let done = 0; done < all.count; done += BATCH) {
    const count = Math.min(BATCH, all.count - done);
    await run(connection, statements({ ...all, from: all.from + done, count }));
  }
}

function statements({ from, count, total, open }: Copies): string[] {
  const numbers =
    `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${
      from + count
    })`;
  const nowMs = Date.now();
  const atMs = open
    ? `${nowMs} - n.i % 86400000`
    : `${nowMs} - ${SPREAD_MS} + (${SPREAD_MS} / ${total}) * n.i`;
  const each = (columns: Columns) => columns({ atMs, open });
  const names = (columns: Columns) => Object.keys(each(columns)).join(", ");
  const values = (columns: Columns) => Object.values(each(columns)).join(", ");
  // The first incident, with its first page and the beginning of its story, is the one that is copied.
  return [
    `INSERT INTO incidents (${names(INCIDENT)}) ${numbers}
      SELECT ${values(INCIDENT)} FROM n CROSS JOIN incidents o
      WHERE o.id = (SELECT min(id) FROM incidents)`,
    `INSERT INTO notifications (${names(NOTIFICATION)})
      SELECT ${values(NOTIFICATION)} FROM incidents c
      CROSS JOIN notifications o
      WHERE c.id > (SELECT max(incident_id) FROM notifications)
        AND o.id = (SELECT min(id) FROM notifications)`,
    `INSERT INTO timeline_entries (${names(ENTRY)})
      SELECT ${values(ENTRY)} FROM incidents c
      CROSS JOIN timeline_entries o
      WHERE c.id > (SELECT max(incident_id) FROM timeline_entries)
        AND o.incident_id = (SELECT min(id) FROM incidents)`,
  ];
}

async function run(connection: Connection, sql: string[]): Promise<void> {
  const transaction = await connection.begin({ durable: false });
  try {
    for (const one of sql) await transaction.script(one);
    await transaction.commit();
  } finally {
    await transaction.end();
  }
}

/** Columns and what goes into them; `n.i` is the number, `o` the original, `c` the incident's copy. */
type Columns = (
  options: { atMs: string; open: boolean },
) => Record<string, string>;

const same = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, `o.${name}`]));

const INCIDENT: Columns = ({ atMs, open }) => ({
  ...same("team_id", "source_id", "title", "severity", "is_test"),
  ...same("alert_count", "refired", "version", "round", "next_step"),
  ...same("description", "links", "labels", "policy", "payload"),
  external_id: "'stored-' || n.i",
  status: open ? "'triggered'" : "'resolved'",
  opened_at_ms: atMs,
  triggered_at_ms: atMs,
  last_alert_at_ms: atMs,
  resolved_at_ms: open ? "NULL" : `${atMs} + 1200000`,
  resolved_by: open ? "NULL" : "'recovery'",
  // The next step is due tomorrow, so that nobody is paged for them here.
  next_action_at_ms: open ? `${atMs} + 2 * 86400000` : "NULL",
});

const NOTIFICATION: Columns = () => ({
  ...same("responder_id", "contact_method_id", "channel", "address", "kind"),
  ...same("step", "round", "severity_rank", "attempt", "maybe_sent_twice"),
  ...same("provider"),
  incident_id: "c.id",
  state: "'delivered'",
  due_at_ms: "c.opened_at_ms",
  first_due_at_ms: "c.opened_at_ms",
  idempotency_key: "o.idempotency_key || '-' || c.id",
  provider_message_id: "o.idempotency_key || '-' || c.id",
  sent_at_ms: "c.opened_at_ms + 5",
  delivered_at_ms: "c.opened_at_ms + 4000",
  created_at_ms: "c.opened_at_ms",
  updated_at_ms: "c.opened_at_ms",
});

const ENTRY: Columns = () => ({
  ...same("kind", "actor", "detail"),
  incident_id: "c.id",
  at_ms: "c.opened_at_ms",
});
