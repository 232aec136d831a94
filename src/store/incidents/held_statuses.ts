/** Statuses of incidents that stay as they are for a while. */
import type { IncidentStatus } from "../../domain/incidents/incident.ts";
import { inFewLengths } from "../statements/id_list.ts";
import { chunks } from "../statements/page.ts";
import type { Database } from "../schema/schema.ts";
import type { DialectName } from "../connection/session.ts";

const IDS_PER_QUERY = 500;

/** Promises the status of each incident that exists; nobody changes it until the transaction ends. */
export async function holdStatuses(
  db: Database,
  { ids, dialect }: { ids: readonly number[]; dialect: DialectName },
): Promise<ReadonlyMap<number, IncidentStatus>> {
  const statuses = new Map<number, IncidentStatus>();
  // In one order, so that two who hold several do not wait for each other.
  const ordered = [...new Set(ids)].sort((a, b) => a - b);
  for (const some of chunks(ordered, IDS_PER_QUERY)) {
    const select = db.selectFrom("incidents").select(["id", "status"])
      .where("id", "in", inFewLengths(some)).orderBy("id");
    // SQLite has one writer at a time, and so no rows to lock.
    const held = dialect === "postgres" ? select.forShare() : select;
    for (const { id, status } of await held.execute()) {
      // A word of a fixed set, written by this house only.
      statuses.set(id, status as IncidentStatus);
    }
  }
  return statuses;
}
