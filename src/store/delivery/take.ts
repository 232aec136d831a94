/** How a sender takes messages: what goes alone, what goes together, and what waits for the end of a window. */
import type { Selectable } from "kysely";
import {
  goesNow,
  isOpen,
  type Pace,
  paceAfter,
  QUIET,
} from "../../domain/delivery/bundling.ts";
import type { Claim } from "../../ports/notification_repository.ts";
import { claimByIds } from "./claim.ts";
import { readSaid } from "./claimed.ts";
import {
  type DueRow,
  isPaced,
  readRest,
  readWholeBundles,
  waiting,
} from "./due.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { hold, keyOf, lockPaces, type Recipient, savePaces } from "./pacing.ts";
import type { NotificationTable } from "../schema/paging_tables.ts";
import type { Database } from "../schema/schema.ts";
import type { DialectName } from "../connection/session.ts";

/** How many messages one claim takes, and one bundle holds. */
export const MOST_TOGETHER = 1_000;

type Row = Selectable<NotificationTable>;

interface Taking {
  db: Database;
  dialect: DialectName;
  claim: Claim;
  /** What was due when it was read. */
  due: readonly DueRow[];
  /** There may be more that is due than was read. */
  isCut: boolean;
  /** False: only sees to what has to wait. */
  sends: boolean;
}

/** Messages that go as one. */
interface Unit {
  ids: number[];
  /** Whose pace it follows; null: nobody's. */
  to: (Recipient & { kind: string }) | null;
}

/** Rows, with what their messages say. */
interface Taken {
  rows: Row[];
  said: Awaited<ReturnType<typeof readSaid>>;
}

const NOTHING: Taken = { rows: [], said: new Map() };

/**
 * Promises the rows taken, those of one bundle with the same idempotency key and `bundle_id`, and how many were made to
 * wait. Up to `claim.limit` messages, each a row or a bundle.
 */
export async function take(
  taking: Taking,
): Promise<Taken & { held: number }> {
  const { db, claim, dialect, due, sends } = taking;
  const recipients = recipientsOf(claim, due);
  const paced = await lockPaces(db, [...recipients.values()]);
  const paces = new Map(paced.map(({ pace, ...to }) => [keyOf(to), pace]));
  const { units, heldUp } = sort(taking, paces);
  const taken = sends ? await takeUnits(taking, { units, paces }) : NOTHING;
  let held = 0;
  for (const key of heldUp) {
    const to = recipients.get(key);
    const pace = paces.get(key);
    if (!to || !pace) continue;
    held += await hold(db, { to, pace, nowMs: claim.nowMs, dialect });
  }
  return { ...taken, held };
}

function recipientsOf(
  claim: Claim,
  due: readonly DueRow[],
): Map<string, Recipient> {
  return new Map(
    due.filter((row) => follows(claim, row)).map((row) => [
      keyOf(row),
      recipientOf(claim, row),
    ]),
  );
}

function recipientOf(
  { channel }: Claim,
  { responder_id, address }: DueRow,
): Recipient {
  return { responder_id, channel, address };
}

function follows(claim: Claim, row: DueRow): boolean {
  return claim.bundlingMs > 0 && isPaced(row);
}

/** Promises the units that go now, in the order of what is most severe in each, and the keys of who has to wait. */
function sort(
  { claim, due }: Taking,
  paces: ReadonlyMap<string, Pace>,
): { units: Map<string, Unit>; heldUp: Set<string> } {
  const units = new Map<string, Unit>();
  const heldUp = new Set<string>();
  const window = windowOf(claim);
  for (const row of due) {
    const paced = follows(claim, row);
    const pace = paces.get(keyOf(row)) ?? QUIET;
    if (paced && !goesNow(waiting(row), pace, window)) {
      heldUp.add(keyOf(row));
      continue;
    }
    const key = unitKey(row, paced);
    const unit = units.get(key);
    if (unit) unit.ids.push(row.id);
    else if (units.size < claim.limit) {
      const to = paced ? { ...recipientOf(claim, row), kind: row.kind } : null;
      units.set(key, { ids: [row.id], to });
    }
  }
  return { units, heldUp };
}

function unitKey(row: DueRow, paced: boolean): string {
  if (paced) return `to ${row.kind} ${keyOf(row)}`;
  return row.bundle_id === null
    ? `${ALONE}${row.id}`
    : bundleKey(row.bundle_id);
}

const ALONE = "one ";

function bundleKey(id: number): string {
  return `bundle ${id}`;
}

function windowOf({ nowMs, bundlingMs }: Claim) {
  return { nowMs, windowMs: bundlingMs };
}

async function takeUnits(
  taking: Taking,
  { units, paces }: {
    units: ReadonlyMap<string, Unit>;
    paces: Map<string, Pace>;
  },
): Promise<Taken> {
  const { db, claim, dialect } = taking;
  const together = [...units.values()].filter((unit) => unit.to !== null);
  if (taking.isCut) await readOn(taking, { units: together, paces });
  const ids = [
    ...together.flatMap((unit) => unit.ids),
    ...await idsApart(taking, units),
  ];
  if (ids.length === 0) return NOTHING;
  // Sent along, so that a server is asked once.
  const [rows, said] = await Promise.all([
    claimByIds(db, { claim, dialect, ids }),
    readSaid(db, ids),
  ]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const begun = new Map<string, Recipient>();
  for (const { to, ids } of together) {
    // One that another sender has tried meanwhile keeps its own key.
    const own = ids.flatMap((id) => byId.get(id) ?? [])
      .filter((row) => row.attempt === 1);
    if (!to || own.length === 0) continue;
    const key = keyOf(to);
    const pace = paces.get(key) ?? QUIET;
    paces.set(key, paceAfter(pace, own.map(waiting), windowOf(claim)));
    begun.set(key, to);
    await tie(db, own);
  }
  await savePaces(
    db,
    [...begun].map(([key, { responder_id, channel, address }]) => ({
      ...{ responder_id, channel, address },
      pace: paces.get(key) ?? QUIET,
    })),
  );
  return { rows, said };
}

/** Fills the units with all that is due to their persons, as far as one claim goes; a unit that it would cut is left. */
async function readOn(
  { db, claim }: Taking,
  { units, paces }: { units: Unit[]; paces: ReadonlyMap<string, Pace> },
): Promise<void> {
  let room = MOST_TOGETHER;
  for (const unit of units) {
    if (!unit.to) continue;
    const pace = paces.get(keyOf(unit.to)) ?? QUIET;
    const aboveRank = isOpen(pace, windowOf(claim)) ? pace.rank : QUIET.rank;
    const ids = room === 0 ? [] : await readRest(db, {
      claim,
      like: unit.to,
      aboveRank,
      limit: room,
    });
    const isWhole = ids.length < room || room === MOST_TOGETHER;
    unit.ids = isWhole ? ids : [];
    room -= unit.ids.length;
  }
}

/** Promises the ids of what follows nobody's pace: single messages, and bundles that are sent again. */
async function idsApart(
  { db, claim, dialect, due }: Taking,
  units: ReadonlyMap<string, Unit>,
): Promise<number[]> {
  const bundleIds = due.map((row) => row.bundle_id)
    .filter((id) => id !== null)
    .filter((id) => units.has(bundleKey(id)));
  const apart = [...units].filter(([key, { to }]) =>
    to === null && key.startsWith(ALONE)
  );
  return [
    ...apart.flatMap(([, { ids }]) => ids),
    ...await readWholeBundles(db, { claim, dialect, bundleIds }),
  ];
}

/** Makes a bundle of rows that were taken together: from now on the provider sees one message. */
async function tie(db: Database, rows: Row[]): Promise<void> {
  const [worst] = rows.toSorted((a, b) =>
    b.severity_rank - a.severity_rank || a.due_at_ms - b.due_at_ms ||
    a.id - b.id
  );
  if (!worst || rows.length === 1) return;
  const shared = {
    bundle_id: worst.id,
    bundle_size: rows.length,
    idempotency_key: worst.idempotency_key,
  };
  const ids = inFewLengths(rows.map((row) => row.id));
  await db.updateTable("notifications").set(shared)
    .where("id", "in", ids).execute();
  for (const row of rows) Object.assign(row, shared);
}
