/** Mails the admins once a week what the readiness check has found. */
import type { NewNotice } from "../domain/notice.ts";
import type { ReachableResponder, Responder } from "../domain/people.ts";
import { readinessMail, weekToCheck } from "../domain/readiness_mail.ts";
import type { Engine } from "./engine.ts";
import { loadReadiness, type Sending } from "./load_readiness.ts";
import { checkReadiness } from "../domain/readiness.ts";
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
 * processes; the mark that it did commits with the mails. When nothing will or may fail there is none.
 */
export async function mailReadiness(
  { engine, sending, baseUrl }: ReadinessMailing,
): Promise<number> {
  const nowMs = engine.clock();
  const week = weekToCheck(nowMs);
  if (week === null) return 0;
  const written = await engine.store.transaction(async (tx) => {
    if (!await tx.seenMessages.record(SCOPE, week, nowMs)) return 0;
    const range = {
      fromMs: nowMs,
      toMs: nowMs + READINESS_DAYS.otherwise * DAY_MS,
    };
    const input = await loadReadiness(tx, { ...sending, ...range });
    const findings = checkReadiness(input);
    const { adminIds, responders } = input.people;
    const notices: NewNotice[] = [];
    for (const id of adminIds) {
      const admin = await tx.responders.find(id);
      const person = responders.get(id);
      if (!admin || !person) continue;
      const { timeZone } = admin;
      const words = readinessMail(findings, { ...range, timeZone });
      if (words === null) return 0;
      notices.push({
        ...words,
        ...addressOf(admin, person),
        dedupKey: `readiness:${week}:${id}`,
        about: { kind: "readiness" },
        responderId: id,
        link: `${baseUrl}/readiness`,
        dueAtMs: nowMs,
        expiresAtMs: nowMs + WORTH_SENDING_MS,
        state: engine.sendingEnabled ? "queued" : "suppressed",
        idempotencyKey: engine.newId(),
        createdAtMs: nowMs,
      });
    }
    return await tx.notices.insert(notices);
  });
  if (written > 0) engine.kick();
  return written;
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
