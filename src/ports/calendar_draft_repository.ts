/** Calendars that somebody looks at before they are saved. */
import type { NamedPerson } from "../domain/calendars/calendar.ts";
import type { CalendarOrigin, Validators } from "./calendar_repositories.ts";

/** Its text is read apart. */
export interface CalendarDraft {
  id: number;
  /** Whose it is: nobody else sees it. */
  accountId: number;
  scheduleId: number;
  /** null: it is to be a new layer. */
  layerId: number | null;
  name: string;
  /** The layer that a new one is to lie right below; null: on top. It may be gone. */
  belowLayerId: number | null;
  origin: CalendarOrigin;
  validators: Validators;
  people: NamedPerson[];
  /** When its text was read. */
  createdAtMs: number;
}

export interface NewCalendarDraft extends Omit<CalendarDraft, "id"> {
  /** null: that of the layer, of which only the names change. */
  content: string | null;
}

export interface CalendarDraftRepository {
  find(id: number): Promise<CalendarDraft | null>;
  /** null where it is that of the layer, or where there is no draft. */
  content(id: number): Promise<string | null>;
  /** Of the account's drafts only the newest five are kept. */
  insert(draft: NewCalendarDraft): Promise<CalendarDraft>;
  update(
    id: number,
    patch: Pick<CalendarDraft, "name" | "belowLayerId" | "people">,
  ): Promise<CalendarDraft | null>;
  /** True for the one caller that deleted it. */
  delete(id: number): Promise<boolean>;
  /** Promises how many were older. */
  prune(beforeMs: number): Promise<number>;
}
