/** Questions of the readiness check and of the reports. All of them are served by an index, however old the database is. */
import type { PagedSlot } from "../domain/schedules/on_call_load.ts";
import type { LastDelivery } from "../domain/readiness/person_readiness.ts";

export interface PagesWanted {
  /** Half open, epoch milliseconds; by when the page was sent. */
  fromMs: number;
  toMs: number;
  /** Only incidents of the team. */
  teamId?: number;
}

export interface ReportRepository {
  /** Of each contact method the last messages that were sent or have failed, newest first, at most FAILED_IN_A_ROW. */
  lastDeliveries(
    contactMethodIds: readonly number[],
  ): Promise<Map<number, LastDelivery[]>>;
  /** Pages that were sent, by responder and slot; test incidents do not count. */
  pagedSlots(wanted: PagesWanted): Promise<PagedSlot[]>;
  /** How many distinct incidents each responder was sent pages about; test incidents do not count. */
  pagedIncidents(wanted: PagesWanted): Promise<Map<number, number>>;
  /** Changes when somebody has changed what is set up, or a message has failed; by any process. Reads two index entries. */
  readinessMarker(): Promise<string>;
}
