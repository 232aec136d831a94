/** Where a calendar comes from, as columns. */
import type { CalendarOrigin } from "../../ports/calendar_repositories.ts";

export interface OriginRow {
  origin: string;
  sealed_url: string | null;
  shown_origin: string;
}

export function originRow(origin: CalendarOrigin): OriginRow {
  return {
    origin: origin.kind,
    sealed_url: origin.kind === "url" ? origin.sealedUrl : null,
    shown_origin: origin.shown,
  };
}

export function originOf(row: OriginRow): CalendarOrigin {
  return row.sealed_url === null
    ? { kind: "file", shown: row.shown_origin }
    : { kind: "url", sealedUrl: row.sealed_url, shown: row.shown_origin };
}
