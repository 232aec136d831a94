/**
 * The repository: everything PagerPal remembers. One implementation serves both databases; one contract suite holds it
 * to what is promised here. Instants are epoch milliseconds and are always passed in, never asked of the database.
 */
import type { DatabaseSchema } from "../domain/system/schema_fit.ts";
import type {
  AlertSourceRepository,
  EscalationPolicyRepository,
  RecoveryRepository,
  ResponderRepository,
  ScheduleRepository,
  TeamRepository,
} from "./directory_repositories.ts";
import type {
  AccountRepository,
  ApiTokenRepository,
} from "./account_repositories.ts";
import type { BackupRepository } from "./backup_repository.ts";
import type { CalendarDraftRepository } from "./calendar_draft_repository.ts";
import type {
  CalendarFeedRepository,
  CalendarRepository,
} from "./calendar_repositories.ts";
import type { CoverRequestRepository } from "./cover_request_repository.ts";
import type { OverviewRepository } from "./overview_repository.ts";
import type {
  IncidentRepository,
  TimelineRepository,
} from "./incident_repositories.ts";
import type { NotificationRepository } from "./notification_repository.ts";
import type { NoticeRepository } from "./notice_repository.ts";
import type { Signals } from "./signals.ts";
import type { ReportRepository } from "./report_repository.ts";
import type { SessionRepository } from "./session_repository.ts";
import type { VitalsRepository } from "./vitals_repository.ts";
import type { VerificationRepository } from "./verification_repository.ts";
import type {
  AuditLogRepository,
  IdempotencyRepository,
  JobRepository,
  NodeRepository,
  RateLimitRepository,
  SeenMessageRepository,
} from "./system_repositories.ts";

export interface Repositories {
  incidents: IncidentRepository;
  timeline: TimelineRepository;
  notifications: NotificationRepository;
  notices: NoticeRepository;
  coverRequests: CoverRequestRepository;
  teams: TeamRepository;
  responders: ResponderRepository;
  schedules: ScheduleRepository;
  calendars: CalendarRepository;
  calendarDrafts: CalendarDraftRepository;
  calendarFeeds: CalendarFeedRepository;
  policies: EscalationPolicyRepository;
  sources: AlertSourceRepository;
  recoveries: RecoveryRepository;
  accounts: AccountRepository;
  tokens: ApiTokenRepository;
  verifications: VerificationRepository;
  sessions: SessionRepository;
  jobs: JobRepository;
  nodes: NodeRepository;
  backups: BackupRepository;
  rateLimits: RateLimitRepository;
  seenMessages: SeenMessageRepository;
  idempotency: IdempotencyRepository;
  auditLog: AuditLogRepository;
  overview: OverviewRepository;
  reports: ReportRepository;
  vitals: VitalsRepository;
}

/** Hears what becomes of transactions. It is called in between: it must be quick, and must not throw. */
export interface StoreWatcher {
  committed(how: { durable: boolean }): void;
  /** Nothing of it was committed, or nobody knows; or the database did not answer `check`. */
  unavailable(error: StoreUnavailableError): void;
}

/** Used directly, each call is its own transaction: reads see committed data only, a write is durable when it returns. */
export interface Store extends Repositories {
  readonly dialect: "sqlite" | "postgres";
  /**
   * Promises all of the work's writes or none, durable when the promise settles. The work may run more than once (the
   * database may ask for a repetition), so it must have no effect but through `tx`. An error it throws rolls back and
   * comes out unchanged. An urgent one goes before others that wait: a person's word does not stand behind a flood.
   */
  transaction<T>(
    work: (tx: Repositories) => Promise<T>,
    options?: { urgent?: boolean },
  ): Promise<T>;
  /** Promises that the database answers and tells how it is migrated; throws StoreUnavailableError. */
  check(): Promise<DatabaseSchema>;
  /** Calls the watcher after each transaction from now on. */
  watch(watcher: StoreWatcher): void;
  /** Of what other processes on the database commit; null where nothing tells. */
  readonly signals: Signals | null;
  /** Promises that work begun is finished and every connection is closed. Later calls throw. */
  close(): Promise<void>;
}

/** A page of a list. `page` counts from 1. */
export interface PageRequest {
  page: number;
  /** 1 to 200. */
  pageSize: number;
}

export interface Page<T> {
  items: T[];
  total: number;
  page: number;
  totalPages: number;
}

/** Another row has the value already, or rows elsewhere still refer to this one. */
export class StoreConflictError extends Error {
  override readonly name = "StoreConflictError";
  constructor(
    readonly reason: "unique" | "foreign_key",
    readonly constraint: string,
    options?: ErrorOptions,
  ) {
    super(
      `The database refused the change: ${reason} (${constraint})`,
      options,
    );
  }
}

/** `overloaded`: no connection was free, or the answer took too long. `schema`: it is not this program's. */
export type UnavailableReason =
  | "unreachable"
  | "read_only"
  | "full"
  | "locked"
  | "overloaded"
  | "broken"
  | "schema"
  | "closed";

/** The database cannot be reached or does not take writes now; trying again later may work. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
  readonly reason: UnavailableReason;

  /** `unreachable` where no reason is given. */
  constructor(
    message: string,
    { reason = "unreachable", ...options }: ErrorOptions & {
      reason?: UnavailableReason;
    } = {},
  ) {
    super(message, options);
    this.reason = reason;
  }
}
