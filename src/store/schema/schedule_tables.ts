/** The tables of schedules, calendars and covers, as the compiler sees them. See schema.ts. */
import type { Flag, Id, Instant, Json, Stamps } from "./column_types.ts";

export interface ScheduleTable extends Stamps {
  id: Id;
  team_id: number;
  name: string;
  description: string;
  time_zone: string;
  handoff_notice_minutes: number | null;
}

export interface ScheduleEntryTable {
  id: Id;
  schedule_id: number;
  responder_id: number;
  kind: string;
  replaces_responder_id: number | null;
  starts_at_ms: Instant;
  ends_at_ms: Instant;
  created_at_ms: Instant;
}

export interface ScheduleLayerTable extends Stamps {
  id: Id;
  schedule_id: number;
  position: number;
  name: string;
  kind: string;
  rotation: Json | null;
}

export interface ScheduleLayerMemberTable {
  layer_id: number;
  responder_id: number;
}

export interface LayerCalendarTable {
  layer_id: number;
  origin: string;
  sealed_url: string | null;
  shown_origin: string;
  people: Json;
  content: string;
  etag: string | null;
  last_modified: string | null;
  due_at_ms: Instant;
  read_at_ms: Instant | null;
  problem: string | null;
  problem_since_ms: Instant | null;
  report: Json;
  windows_hash: string;
}

export interface LayerCalendarWindowTable {
  id: Id;
  layer_id: number;
  responder_id: number;
  starts_at_ms: Instant;
  ends_at_ms: Instant;
}

export interface CalendarFeedTable {
  id: Id;
  token_id: string;
  token_hash: string;
  account_id: number;
  schedule_id: number | null;
  with_gaps: Flag;
  created_at_ms: Instant;
  used_at_ms: Instant | null;
  content_hash: string;
  changed_at_ms: Instant;
}

export interface CalendarDraftTable {
  id: Id;
  account_id: number;
  schedule_id: number;
  layer_id: number | null;
  name: string;
  below_layer_id: number | null;
  origin: string;
  sealed_url: string | null;
  shown_origin: string;
  etag: string | null;
  last_modified: string | null;
  people: Json;
  content: string | null;
  created_at_ms: Instant;
}

export interface CoverRequestTable extends Stamps {
  id: Id;
  schedule_id: number;
  requester_id: number;
  asked_id: number | null;
  starts_at_ms: Instant;
  ends_at_ms: Instant;
  note: string;
  status: string;
  answered_by_id: number | null;
  answered_at_ms: Instant | null;
  override_ids: Json;
}
