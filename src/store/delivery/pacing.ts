/** The pace at which each person is sent messages on a channel. Its row is the lock by which senders agree. */
import { sql } from "kysely";
import { type Pace, QUIET } from "../../domain/delivery/bundling.ts";
import type { ChannelKind } from "../../domain/responders/people.ts";
import { instant } from "../statements/column.ts";
import { IS_PACED, RANK } from "./due.ts";
import { PRUNE_BATCH } from "../statements/deletion.ts";
import { preparedOverRows } from "../statements/given_rows.ts";
import type { Database } from "../schema/schema.ts";
import type { DialectName } from "../connection/session.ts";

const ROWS_PER_LOOK = 16;

/** One person on one channel. */
export interface Recipient {
  responder_id: number;
  channel: ChannelKind;
  address: string;
}

/** Promises a name for the recipient that no other on the channel has. */
export function keyOf(
  { responder_id, address }: Pick<Recipient, "responder_id" | "address">,
): string {
  return `${responder_id} ${address}`;
}

/** The same among those of all channels. */
export function recipientKey(one: Recipient): string {
  return `${one.channel} ${keyOf(one)}`;
}

/** A recipient, and how they are sent messages. */
export type Paced = Recipient & { pace: Pace };

/**
 * Promises each recipient's pace, locked until the transaction ends. Taken in one order, so that two senders do
 * not wait for each other.
 */
export async function lockPaces(
  db: Database,
  recipients: readonly Recipient[],
): Promise<Paced[]> {
  if (recipients.length === 0) return [];
  const rows = await db.insertInto("page_pacing")
    .values(inOrder(recipients).map((one) => columns(one, QUIET)))
    .onConflict((conflict) =>
      conflict.columns(["responder_id", "channel", "address"])
        .doUpdateSet((eb) => ({ address: eb.ref("excluded.address") }))
    )
    .returningAll().execute();
  return rows.map(({ responder_id, channel, address, ...row }) => ({
    responder_id,
    // Words of a fixed set are written by this house only.
    channel: channel as ChannelKind,
    address,
    pace: { untilMs: row.until_ms, rank: row.severity_rank },
  }));
}

/** Promises the same without those to whom something is due already. */
export async function lockIdlePaces(
  db: Database,
  recipients: readonly Recipient[],
  nowMs: number,
): Promise<Paced[]> {
  if (recipients.length === 0) return [];
  const now_ms = instant(nowMs);
  // Sent along, so that a server is asked once; it looks when the locks are there.
  const [paced, awaiting] = await Promise.all([
    lockPaces(db, recipients),
    findAwaiting(
      db,
      recipients.map(({ responder_id, channel, address }) => ({
        ...{ responder_id, channel, address, now_ms },
      })),
    ),
  ]);
  const busy = new Set(awaiting.map(recipientKey));
  return paced.filter((one) => !busy.has(recipientKey(one)));
}

const findAwaiting = preparedOverRows<
  Recipient & { now_ms: number },
  Recipient
>({
  columns: {
    responder_id: "whole",
    channel: "text",
    address: "text",
    now_ms: "whole",
  },
  most: ROWS_PER_LOOK,
}, (withGiven) =>
  // Asked of each recipient in turn, whatever PostgreSQL expects to be due.
  sql`
    ${withGiven}
    SELECT responder_id, channel, address FROM given
    WHERE (
      SELECT 1 FROM notifications n
      WHERE n.responder_id = given.responder_id AND n.channel = given.channel
        AND n.address = given.address AND n.claimable_at_ms <= given.now_ms
      LIMIT 1
    ) IS NOT NULL`);

/** Writes the paces of recipients that are locked. */
export async function savePaces(
  db: Database,
  paces: readonly Paced[],
): Promise<void> {
  if (paces.length === 0) return;
  await db.insertInto("page_pacing")
    .values(inOrder(paces).map(({ pace, ...one }) => columns(one, pace)))
    .onConflict((conflict) =>
      conflict.columns(["responder_id", "channel", "address"])
        .doUpdateSet((eb) => ({
          until_ms: eb.ref("excluded.until_ms"),
          severity_rank: eb.ref("excluded.severity_rank"),
        }))
    ).execute();
}

function inOrder<T extends Recipient>(recipients: readonly T[]): T[] {
  return recipients.toSorted((a, b) =>
    a.responder_id - b.responder_id || compare(a.channel, b.channel) ||
    compare(a.address, b.address)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function columns({ responder_id, channel, address }: Recipient, pace: Pace) {
  return {
    responder_id,
    channel,
    address,
    until_ms: instant(pace.untilMs),
    severity_rank: pace.rank,
  };
}

/** Moves what is due to the recipient, never waited and is no more severe than the pace, to the window's end. */
export async function hold(
  db: Database,
  { to, pace, nowMs, dialect }: {
    to: Recipient;
    pace: Pace;
    nowMs: number;
    dialect: DialectName;
  },
): Promise<number> {
  // Who is being cancelled or changed right now is left for later.
  const lock = dialect === "postgres"
    ? sql`FOR UPDATE OF n SKIP LOCKED`
    : sql``;
  const { rows } = await sql<{ id: number }>`
    WITH waiting AS MATERIALIZED (
      SELECT n.id FROM notifications n
      JOIN incidents i ON i.id = n.incident_id
      WHERE n.responder_id = ${to.responder_id} AND n.channel = ${to.channel}
        AND n.address = ${to.address}
        AND n.claimable_at_ms <= ${instant(nowMs)}
        AND n.due_at_ms <= n.first_due_at_ms
        AND ${IS_PACED} AND ${RANK} <= ${pace.rank}
      ${lock}
    )
    UPDATE notifications SET
      due_at_ms = ${instant(pace.untilMs)},
      updated_at_ms = ${instant(nowMs)}
    WHERE id IN (SELECT id FROM waiting) AND state = 'queued' AND attempt = 0
    RETURNING id`.execute(db);
  return rows.length;
}

/** Forgets the recipient's window, and lets go of what waits for its end. */
export async function letGo(
  db: Database,
  { responder_id, channel, address }: Recipient,
): Promise<void> {
  await db.updateTable("page_pacing")
    .set({ until_ms: QUIET.untilMs, severity_rank: QUIET.rank })
    .where("responder_id", "=", responder_id)
    .where("channel", "=", channel)
    .where("address", "=", address)
    .execute();
  await db.updateTable("notifications")
    .set((eb) => ({ due_at_ms: eb.ref("first_due_at_ms") }))
    .where("responder_id", "=", responder_id)
    .where("channel", "=", channel)
    .where("address", "=", address)
    .where("claimable_at_ms", "is not", null)
    .where("state", "=", "queued")
    .where("attempt", "=", 0)
    .whereRef("due_at_ms", ">", "first_due_at_ms")
    .execute();
}

/** Deletes up to a batch of paces whose window ended before the instant. */
export function deletePaces(db: Database, beforeMs: number) {
  return sql`DELETE FROM page_pacing WHERE (responder_id, channel, address) IN (
    SELECT responder_id, channel, address FROM page_pacing
    WHERE until_ms < ${instant(beforeMs)}
    ORDER BY until_ms LIMIT ${PRUNE_BATCH}
  )`.execute(db);
}
