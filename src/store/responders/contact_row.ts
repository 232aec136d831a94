/** Contact methods and contact rules as rows, and back. */
import type { Selectable } from "kysely";
import type {
  ContactMethod,
  ContactRule,
} from "../../domain/responders/people.ts";
import type {
  ContactMethodTable,
  ContactRuleTable,
} from "../schema/people_tables.ts";

export function contactMethodOf(
  row: Selectable<ContactMethodTable>,
): ContactMethod {
  return {
    id: row.id,
    responderId: row.responder_id,
    channel: row.channel as ContactMethod["channel"],
    address: row.address,
    label: row.label,
    enabled: row.enabled === 1,
    verifiedAtMs: row.verified_at_ms,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}

export function contactRuleOf(row: Selectable<ContactRuleTable>): ContactRule {
  return {
    id: row.id,
    responderId: row.responder_id,
    urgency: row.urgency as ContactRule["urgency"],
    contactMethodId: row.contact_method_id,
    delayMinutes: row.delay_minutes,
  };
}
