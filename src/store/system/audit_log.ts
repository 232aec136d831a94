/** Who changed what. */
import type { Selectable } from "kysely";
import type { Page, PageRequest } from "../../ports/store.ts";
import type {
  AuditLogEntry,
  AuditLogRepository,
} from "../../ports/system_repositories.ts";
import { instant } from "../statements/column.ts";
import { paged } from "../statements/page.ts";
import type { AuditLogEntryTable } from "../schema/system_tables.ts";
import type { Session } from "../connection/session.ts";

export class AuditLog implements AuditLogRepository {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async add(entry: Omit<AuditLogEntry, "id">): Promise<void> {
    await this.#session.write((db) =>
      db.insertInto("audit_log_entries").values({
        at_ms: instant(entry.atMs),
        actor: entry.actor,
        account_id: entry.accountId,
        action: entry.action,
        object_kind: entry.objectKind,
        object_id: entry.objectId,
        detail: entry.detail,
      }).execute()
    );
  }

  list(
    { objectKind, objectId }: { objectKind?: string; objectId?: number },
    page: PageRequest,
  ): Promise<Page<AuditLogEntry>> {
    let matching = this.#session.read.selectFrom("audit_log_entries");
    if (objectKind !== undefined) {
      matching = matching.where("object_kind", "=", objectKind);
    }
    if (objectId !== undefined) {
      matching = matching.where("object_id", "=", objectId);
    }
    return paged(page, {
      matching,
      rows: matching.selectAll().orderBy("id", "desc"),
      shown: entryOf,
    });
  }
}

function entryOf(row: Selectable<AuditLogEntryTable>): AuditLogEntry {
  return {
    id: row.id,
    atMs: row.at_ms,
    actor: row.actor,
    accountId: row.account_id,
    action: row.action,
    objectKind: row.object_kind,
    objectId: row.object_id,
    detail: row.detail,
  };
}
