/** Mails the admins once a week what the readiness check has found. */
import type { NewNotice } from "../../domain/notices/notice.ts";
import type {
  ReachableResponder,
  Responder,
} from "../../domain/responders/people.ts";
import {
  readinessMail,
  weekToCheck,
} from "../../domain/readiness/readiness_mail.ts";
import type { Engine } from "../engine.ts";
import { inSlices } from "../in_slices.ts";
import { loadReadiness, type Sending } from "./load_readiness.ts";
import { checkReadiness } from "../../domain/readiness/readiness.ts";
import { READINESS_DAYS } from "./readiness.ts";

const DAY_MS = 86_400_000;
/** Older news than this is not worth sending: the next week's mail is near. */
const WORTH_SENDING_MS = 5 * DAY_MS;
const SCOPE = "readiness mail";

export interface ReadinessMailing {
  engine: Pick<Engine, "store" | "clock" | "newId" | "sendingEnabled" | "kick">;
  sending: Sending;
  /** Without a slash at the end. */
  baseUrl: string;
}

/**
 * Promises how many mails are new. The first call of an ISO week from Monday 08:00 UTC on checks, of however many
 * processes; the mark that it did commits with the mails. When nothing will or may fail there is none. The check itself,
 * which takes a while where there is much to check, is done before the transaction, so that no alert waits for it.
 */
export async function mailReadiness(
  { engine, sending, baseUrl }: ReadinessMailing,
): Promise<number> {
  const { store } = engine;
  const nowMs = engine.clock();
  const week = weekToCheck(nowMs);
  if (week === null || await store.seenMessages.has(SCOPE, week)) return 0;
  const notices = await noticesOf(engine, { sending, baseUrl, week, nowMs });
  const written = await store.transaction(async (tx) =>
    await tx.seenMessages.record(SCOPE, week, nowMs)
      ? await tx.notices.insert(notices)
      : 0
  );
  if (written > 0) engine.kick();
  return written;
}

/** One for each admin; none when all is well. */
async function noticesOf(
  { store, newId, sendingEnabled }: ReadinessMailing["engine"],
  { sending, baseUrl, week, nowMs }: Omit<ReadinessMailing, "engine"> & {
    week: string;
    nowMs: number;
  },
): Promise<NewNotice[]> {
  const toMs = nowMs + READINESS_DAYS.otherwise * DAY_MS;
  const range = { fromMs: nowMs, toMs };
  const input = await loadReadiness(store, { ...sending, ...range });
  const findings = await inSlices(checkReadiness(input));
  const { adminIds, responders } = input.people;
  const notices: NewNotice[] = [];
  for (const id of adminIds) {
    const admin = await store.responders.find(id);
    const person = responders.get(id);
    if (!admin || !person) continue;
    const { timeZone } = admin;
    const words = readinessMail(findings, { ...range, timeZone });
    if (words === null) return [];
    notices.push({
      ...words,
      ...addressOf(admin, person),
      dedupKey: `readiness:${week}:${id}`,
      about: { kind: "readiness" },
      responderId: id,
      link: `${baseUrl}/readiness`,
      dueAtMs: nowMs,
      expiresAtMs: nowMs + WORTH_SENDING_MS,
      state: sendingEnabled ? "queued" : "suppressed",
      idempotencyKey: newId(),
      createdAtMs: nowMs,
    });
  }
  return notices;
}

/** The first mail address that is switched on, else the one that the responder is known by. */
function addressOf(
  { email }: Responder,
  { contactMethods }: ReachableResponder,
): Pick<NewNotice, "contactMethodId" | "channel" | "address"> {
  const method = contactMethods
    .find(({ enabled, channel }) => enabled && channel === "email");
  return {
    contactMethodId: method?.id ?? null,
    channel: "email",
    address: method?.address ?? email,
  };
}
