/** What the API is put together from. */
import type { Actions } from "../app/incidents/actions.ts";
import type { IntakeQueue } from "../app/intake/intake_queue.ts";
import type { ConfirmSnsSubscription } from "../app/sources/approve_sns_subscription.ts";
import type { ReadReadiness } from "../app/readiness/readiness.ts";
import type { CalendarTools } from "../app/calendars/read_calendar.ts";
import type { Immediate } from "../app/delivery/immediate.ts";
import type { SourceKind } from "../domain/intake/alert_source.ts";
import type { EdgeDeps } from "../http/edge.ts";
import type { Idempotency } from "../http/idempotency.ts";
import type { Receipt } from "../ports/channel.ts";
import type { SourceFormat } from "../ports/source_format.ts";
import type { Store } from "../ports/store.ts";

export interface JobState {
  /** As `notification_retry`. */
  name: string;
  enabled: boolean;
  /** When this process will run it next, epoch milliseconds; null when it will not. */
  nextRunAtMs: number | null;
}

export interface ApiConfig {
  environment: "development" | "test" | "production";
  version: string;
  /** Without a slash at the end. */
  baseUrl: string;
  allowedOrigins: string[];
  /** CIDR ranges or addresses. */
  trustedProxies: string[];
  /** null: receipts are refused. */
  receiptToken: string | null;
  /** null: only this machine may read the metrics. */
  metricsToken: string | null;
  sendingEnabled: boolean;
}

export interface AppDeps extends Omit<EdgeDeps, "store" | "config"> {
  store: Store;
  sources: Record<SourceKind, SourceFormat>;
  actions: Actions;
  intakeQueue: IntakeQueue;
  config: ApiConfig;
  /** SECRET_KEY. */
  secretKey: string;
  /** null: the body holds no delivery receipts. */
  parseReceipts(body: unknown): Receipt[] | null;
  confirmSnsSubscription: ConfirmSnsSubscription;
  readiness: ReadReadiness;
  /** For test pages and codes. */
  immediate: Immediate;
  /** For calendars that are kept elsewhere. */
  calendars: CalendarTools;
  /** Promises the metrics as text, with its media type. */
  metrics(): Promise<{ contentType: string; body: string }>;
  jobs(): JobState[];
  /** Why this process is not ready, in sentences, apart from the database's state; empty when it is. */
  notReady(): string[] | Promise<string[]>;
  /** The newest migration that this program knows; an older or newer database is not ready. */
  schemaVersion: number;
}

/** What the rooms of the API share beyond that. */
export interface ApiDeps extends AppDeps {
  idempotency: Idempotency;
}
