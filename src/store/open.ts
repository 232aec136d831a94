/** The store over either database. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { DatabaseSchema } from "../domain/system/schema_fit.ts";
import {
  type Repositories,
  type Store,
  StoreUnavailableError,
  type StoreWatcher,
} from "../ports/store.ts";
import { Accounts } from "./accounts/accounts.ts";
import { AuditLog } from "./system/audit_log.ts";
import { Backups } from "./system/backups.ts";
import { CalendarDrafts } from "./calendars/calendar_drafts.ts";
import { CalendarFeeds } from "./calendars/calendar_feeds.ts";
import { Calendars } from "./calendars/calendars.ts";
import type { Around } from "./connection/connection.ts";
import { CoverRequests } from "./cover/cover_requests.ts";
import { Idempotency } from "./system/idempotency.ts";
import { Incidents } from "./incidents/incidents.ts";
import { Jobs } from "./system/jobs.ts";
import { Nodes } from "./system/nodes.ts";
import { Notices } from "./notices/notices.ts";
import { Notifications } from "./delivery/notifications.ts";
import { Policies } from "./policies/policies.ts";
import { Overview } from "./reports/overview.ts";
import { RateLimits } from "./system/rate_limits.ts";
import { Reports } from "./reports/reports.ts";
import { Responders } from "./responders/responders.ts";
import { Schedules } from "./schedules/schedules.ts";
import type { Database } from "./schema/schema.ts";
import { SeenMessages } from "./system/seen_messages.ts";
import { Sessions } from "./accounts/sessions.ts";
import type { Backend, Session, WriteOptions } from "./connection/session.ts";
import { Recoveries } from "./sources/recoveries.ts";
import { Sources } from "./sources/sources.ts";
import { neededBy } from "./migrations.ts";
import { isMissingTable } from "./connection/store_error.ts";
import { Teams } from "./responders/teams.ts";
import { Timeline } from "./incidents/timeline.ts";
import { Tokens } from "./accounts/tokens.ts";
import { Vitals } from "./reports/vitals.ts";
import { Verifications } from "./responders/verifications.ts";

export interface StoreAddress {
  /** `file:` with an absolute path, `libsql://` or `http(s)://` of a libSQL server, or `postgres://`. */
  url: string;
  /** For a libSQL server. */
  authToken?: string;
  /** PostgreSQL: the most connections this process holds; 10 when not given. */
  poolSize?: number;
  /** Puts itself between the store and its connection, to hold up, count or cut what goes through. */
  around?: Around;
}

/**
 * Promises a store over the database at the address. A database server is first reached when it is first used; a file is
 * opened, and StoreUnavailableError thrown where that cannot be done. The schema is migrate()'s business.
 */
export async function openStore(address: StoreAddress): Promise<Store> {
  return storeOn(await backendAt(address));
}

/** Only the database that is there has its client loaded: each takes some tens of milliseconds of a start. */
async function backendAt(
  { url, authToken, poolSize, around = (connection) => connection }:
    StoreAddress,
): Promise<Backend> {
  if (/^postgres(ql)?:/.test(url)) {
    const { openPostgres } = await import("./postgres/postgres.ts");
    return openPostgres({ url, poolSize, around });
  }
  const { openLibsql } = await import("./libsql/libsql.ts");
  return await openLibsql({ url, authToken, around });
}

function storeOn(backend: Backend): Store {
  // What a transaction's work has started may outlive it, so it is not enough to know that there was one.
  const surrounding = new AsyncLocalStorage<{ open: boolean }>();
  const watchers = new Set<StoreWatcher>();
  const session: Session = {
    dialect: backend.dialect,
    read: backend.read,
    write(work, options) {
      if (surrounding.getStore()?.open) {
        return Promise.reject(new NestedTransactionError());
      }
      return watched(backend.write(work, options), watchers, options);
    },
  };
  return {
    ...repositoriesOn(session),
    dialect: backend.dialect,
    transaction: (work, { urgent = false } = {}) =>
      session.write(async (db) => {
        const transaction = { open: true };
        const tx = repositoriesOn(within(db, backend.dialect));
        try {
          return await surrounding.run(transaction, () => work(tx));
        } finally {
          transaction.open = false;
        }
      }, { urgent }),
    check: () => noted(schemaOf(backend), watchers),
    watch: (watcher) => void watchers.add(watcher),
    signals: backend.signals,
    close: () => backend.close(),
  };
}

async function watched<T>(
  writing: Promise<T>,
  watchers: Iterable<StoreWatcher>,
  { durable = true }: WriteOptions = {},
): Promise<T> {
  const result = await noted(writing, watchers);
  for (const watcher of watchers) watcher.committed({ durable });
  return result;
}

/** Tells the watchers where the database was not available. */
async function noted<T>(
  work: Promise<T>,
  watchers: Iterable<StoreWatcher>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreUnavailableError) {
      for (const watcher of watchers) watcher.unavailable(error);
    }
    throw error;
  }
}

/** What is written inside a transaction but not through `tx` would wait for the transaction that waits for it. */
class NestedTransactionError extends Error {
  override readonly name = "NestedTransactionError";
  constructor() {
    super(
      "Inside a transaction, write through `tx` and not through the store.",
    );
  }
}

function within(db: Database, dialect: Session["dialect"]): Session {
  return {
    dialect,
    read: db,
    write: <T>(work: (db: Database) => Promise<T>, _options?: WriteOptions) =>
      work(db),
  };
}

function repositoriesOn(session: Session): Repositories {
  return {
    incidents: new Incidents(session),
    timeline: new Timeline(session),
    notifications: new Notifications(session),
    notices: new Notices(session),
    coverRequests: new CoverRequests(session),
    teams: new Teams(session),
    responders: new Responders(session),
    schedules: new Schedules(session),
    calendars: new Calendars(session),
    calendarDrafts: new CalendarDrafts(session),
    calendarFeeds: new CalendarFeeds(session),
    policies: new Policies(session),
    sources: new Sources(session),
    recoveries: new Recoveries(session),
    accounts: new Accounts(session),
    tokens: new Tokens(session),
    verifications: new Verifications(session),
    sessions: new Sessions(session),
    jobs: new Jobs(session),
    nodes: new Nodes(session),
    backups: new Backups(session),
    rateLimits: new RateLimits(session),
    seenMessages: new SeenMessages(session),
    idempotency: new Idempotency(session),
    auditLog: new AuditLog(session),
    overview: new Overview(session),
    reports: new Reports(session),
    vitals: new Vitals(session),
  };
}

/** One row for each migration, and a name says by itself what it needs. */
async function schemaOf({ read }: Backend): Promise<DatabaseSchema> {
  try {
    const applied = await read.selectFrom("schema_migrations")
      .select(["version", "name"]).execute();
    const needed = applied.map(({ version, name }) => neededBy(version, name));
    return {
      schemaVersion: Math.max(0, ...applied.map(({ version }) => version)),
      neededVersion: Math.max(0, ...needed),
    };
  } catch (error) {
    if (!isMissingTable(error)) throw error;
    return { schemaVersion: 0, neededVersion: 0 };
  }
}
