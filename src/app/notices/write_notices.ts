/** Puts notices into their outbox, each to the one contact method that its responder wants them at. */
import { getLogger } from "@logtape/logtape";
import {
  type NewNotice,
  noticeContact,
  type NoticeDraft,
} from "../../domain/notices/notice.ts";
import { cleanLine, cleanText } from "../../domain/text.ts";
import type { Repositories } from "../../ports/store.ts";
import type { Engine } from "../engine.ts";

const log = getLogger(["pagerpal", "notices"]);

export interface WritingNotices {
  engine: Pick<Engine, "newId" | "sendingEnabled">;
  tx: Pick<Repositories, "notices" | "responders">;
  nowMs: number;
}

/**
 * Promises how many notices are new; those whose dedup key is there already are left alone, so calling this again with
 * the same drafts writes nothing. Who cannot be reached gets none: that is for the readiness check to say.
 */
export async function writeNotices(
  { engine, tx, nowMs }: WritingNotices,
  drafts: readonly NoticeDraft[],
): Promise<number> {
  if (drafts.length === 0) return 0;
  const ids = [...new Set(drafts.map(({ responderId }) => responderId))];
  const responders = await tx.responders.reachable(ids);
  const contacts = new Map(
    responders.map((responder) => [responder.id, noticeContact(responder)]),
  );
  const rows = drafts.flatMap((draft): NewNotice[] => {
    const contact = contacts.get(draft.responderId);
    if (!contact) {
      log.debug("Responder {responderId} has no contact method for a notice", {
        responderId: draft.responderId,
      });
      return [];
    }
    return [{
      ...draft,
      subject: cleanLine(draft.subject, 200),
      text: cleanText(draft.text, 2_000),
      contactMethodId: contact.id,
      channel: contact.channel,
      address: contact.address,
      state: engine.sendingEnabled ? "queued" : "suppressed",
      idempotencyKey: engine.newId(),
      createdAtMs: nowMs,
    }];
  });
  return await tx.notices.insert(rows);
}
