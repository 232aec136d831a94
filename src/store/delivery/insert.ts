/** How messages come into the outbox: to wait there for a sender, or in the hands of the one who writes them. */
import { type RawBuilder, sql } from "kysely";
import { firstAttempt } from "../../domain/delivery/attempt.ts";
import { goesNow, paceAfter, rankOf } from "../../domain/delivery/bundling.ts";
import type {
  NewNotification,
  Notification,
} from "../../domain/delivery/notification.ts";
import type {
  Claim,
  ClaimedNotification,
  NewPage,
} from "../../ports/notification_repository.ts";
import {
  INSERTED_COLUMNS,
  type InsertedRow,
  newNotificationColumns,
  rankOfIncident,
} from "./notification_row.ts";
import { outgoingColumns } from "./outgoing_row.ts";
import {
  lockIdlePaces,
  type Paced,
  type Recipient,
  recipientKey,
  savePaces,
} from "./pacing.ts";
import { preparedOverRows } from "../statements/given_rows.ts";
import type { Database } from "../schema/schema.ts";

const ROWS_PER_INSERT = 16;

const insertSilently = inserting<never>(sql``);
const insertAndTell = inserting<{ id: number; idempotency_key: string }>(
  sql`RETURNING id, idempotency_key`,
);

function inserting<Row>(returning: RawBuilder<unknown>) {
  return preparedOverRows<InsertedRow, Row>({
    columns: INSERTED_COLUMNS,
    most: ROWS_PER_INSERT,
  }, (withGiven) => {
    const names = sql.join(
      Object.keys(INSERTED_COLUMNS).map((each) => sql.ref(each)),
    );
    return sql`
    INSERT INTO notifications (${names}, severity_rank) ${withGiven}
    SELECT ${names}, ${rankOfIncident(sql.ref("given.incident_id"))}
    FROM given ${returning}`;
  });
}

/** Writes messages as they are. */
export async function insertQueued(
  db: Database,
  messages: readonly NewNotification[],
): Promise<void> {
  if (messages.length === 0) return;
  await insertSilently(db, messages.map(newNotificationColumns));
}

/** A page that is due, and the claim on its channel. */
interface Candidate {
  page: NewPage;
  claim: Claim;
  to: Recipient;
  rank: number;
}

/** Writes pages, and promises those that are claimed as they are written: see `NotificationRepository`. */
export async function insertClaimed(
  db: Database,
  { pages, claims }: { pages: readonly NewPage[]; claims: readonly Claim[] },
): Promise<ClaimedNotification[]> {
  const { begun, paces } = await choose(db, candidatesOf(pages, claims));
  const claimed = begun.map(({ page, claim }) => ({
    ...page,
    notification: firstAttempt(page.notification, claim),
    takenOver: false,
  }));
  const isBegun = new Set(begun.map(({ page }) => page));
  // Sent along, so that a server is asked once.
  const [rows] = await Promise.all([
    claimed.length === 0 ? [] : insertAndTell(db, claimed.map(claimedColumns)),
    insertQueued(
      db,
      pages.filter((page) => !isBegun.has(page))
        .map(({ notification }) => notification),
    ),
    savePaces(db, paces),
  ]);
  const ids = new Map(rows.map((row) => [row.idempotency_key, row.id]));
  return claimed.flatMap((one) => {
    const id = ids.get(one.notification.idempotencyKey);
    return id === undefined
      ? []
      : [{ ...one, notification: { ...one.notification, id } }];
  });
}

function claimedColumns(
  { notification }: { notification: Omit<Notification, "id"> },
): InsertedRow {
  return {
    ...newNotificationColumns({ ...notification, state: "queued" }),
    ...outgoingColumns(notification),
  };
}

/** Promises the pages that a claim may take, the most severe first, and no more of a channel than it wants. */
function candidatesOf(
  pages: readonly NewPage[],
  claims: readonly Claim[],
): Candidate[] {
  return claims.flatMap((claim) => {
    const due = pages.filter(({ notification: { channel, state, dueAtMs } }) =>
      channel === claim.channel && state === "queued" && dueAtMs <= claim.nowMs
    ).map((page) => candidateOf(page, claim));
    const single = claim.bundlingMs > 0 ? alone(due) : due;
    return single.sort((a, b) => b.rank - a.rank).slice(0, claim.limit);
  });
}

/** Whoever has more to get, gets it together. */
function alone(due: readonly Candidate[]): Candidate[] {
  const byRecipient = Map.groupBy(due, ({ to }) => recipientKey(to));
  return [...byRecipient.values()].filter((own) => own.length === 1).flat();
}

function candidateOf(page: NewPage, claim: Claim): Candidate {
  const { kind, responderId, channel, address } = page.notification;
  return {
    page,
    claim,
    to: { responder_id: responderId, channel, address },
    rank: rankOf(kind, page.incident.severity),
  };
}

/** Promises those that go now, and the paces at which their persons are sent messages from then on. */
async function choose(
  db: Database,
  candidates: readonly Candidate[],
): Promise<{ begun: Candidate[]; paces: Paced[] }> {
  const [first] = candidates;
  if (!first || first.claim.bundlingMs === 0) {
    return { begun: [...candidates], paces: [] };
  }
  const { nowMs, bundlingMs: windowMs } = first.claim;
  const idle = await lockIdlePaces(db, candidates.map(({ to }) => to), nowMs);
  const paceOf = new Map(
    idle.map(({ pace, ...to }) => [recipientKey(to), pace]),
  );
  const begun: Candidate[] = [];
  const paces: Paced[] = [];
  for (const one of candidates) {
    const pace = paceOf.get(recipientKey(one.to));
    const waiting = { rank: one.rank, held: false };
    const window = { nowMs, windowMs };
    if (!pace || !goesNow(waiting, pace, window)) continue;
    begun.push(one);
    paces.push({ ...one.to, pace: paceAfter(pace, [waiting], window) });
  }
  return { begun, paces };
}
