/**
 * Puts the rooms together. Everything from outside (store, clock, randomness, fetch) comes in as a value, so that the
 * process and the behaviour tests run the same composition.
 */
import { createApp } from "./api/app.ts";
import { createActions } from "./app/incidents/actions.ts";
import {
  createDatabaseHealth,
  unavailableWords,
} from "./app/database_health.ts";
import type { Deliverer } from "./app/delivery/deliver.ts";
import type { NoticeDeliverer } from "./app/notices/deliver_notices.ts";
import type { Engine } from "./app/engine.ts";
import { inTime } from "./app/in_time.ts";
import { createIntakeQueue } from "./app/intake/intake_queue.ts";
import { createLinkSigner } from "./app/delivery/page_message.ts";
import type { CalendarTools } from "./app/calendars/read_calendar.ts";
import {
  createReadiness,
  type ReadReadiness,
} from "./app/readiness/readiness.ts";
import { createSeal } from "./app/seal.ts";
import { createFetchCalendar } from "./calendars/fetch_calendar.ts";
import { readInfobipReceipts } from "./channels/infobip_receipts.ts";
import { channelState, composeChannels } from "./compose/channels.ts";
import { confirmSns, observed } from "./compose/intake.ts";
import { composeImmediate, healthcheckOf } from "./compose/outgoing.ts";
import { nightlyBackupOf } from "./compose/nightly.ts";
import type { Outside } from "./compose/outside.ts";
import { composeWeb } from "./compose/web.ts";
import { composeWorkers, giveBack } from "./compose/workers.ts";
import { mayWorkOn, schemaFit } from "./domain/system/schema_fit.ts";
import { BodyBudget } from "./http/read_body.ts";
import { createHeartbeat } from "./jobs/heartbeat.ts";
import {
  type Job,
  type JobContext,
  lateJobs,
  nextRunAtMs,
} from "./jobs/jobs.ts";
import { createJobs } from "./jobs/table.ts";
import type { Waker } from "./jobs/waker.ts";
import { createMetrics } from "./monitoring/metrics.ts";
import { UNTRACED } from "./monitoring/untraced.ts";
import type { Observer } from "./ports/observer.ts";
import { createSourceFormats } from "./sources/formats.ts";
import { problemPage } from "./web/problem_page.ts";
import { sessionAuthenticator } from "./web/accounts/session_authenticator.ts";
import { addWeb } from "./web/web.ts";

export interface PagerPal {
  fetch(request: Request, info?: unknown): Response | Promise<Response>;
  engine: Engine;
  deliverer: Deliverer;
  noticeDeliverer: NoticeDeliverer;
  waker: Waker;
  jobs: Job[];
  jobContext: JobContext;
  readiness: ReadReadiness;
  /** Joins the nodes and begins to work; settles when the others can see it. Never throws. */
  start(): Promise<void>;
  /** Ends the streams that keep pages alive: a server that drains would wait for them. Browsers come back by themselves. */
  closeStreams(): void;
  /** Begins no more work by itself; settles when messages on their way are recorded. Requests are answered as before. */
  drain(): Promise<void>;
  /** Gives back what this process still holds, and tells the others that it has stopped. After it nothing is sent. */
  leave(): Promise<void>;
  /** Drains and leaves. The store stays open. */
  stop(): Promise<void>;
}

/** Who asks whether this process is ready does not wait longer for a write. */
const READY_WITHIN_MS = 2_000;
/** All request bodies that the process holds at once. */
const BODY_BUDGET_BYTES = 128 * 1024 * 1024;

/** Promises the whole of PagerPal at rest: no timer is set and nothing is sent before `waker.start()` or a request. */
export function compose(outside: Outside): PagerPal {
  const { config, store, clock, random, newId, node } = outside;
  const links = createLinkSigner(config.secretKey);
  const metrics = createMetrics({
    ...{ store, clock, node, version: outside.version },
    workers: {
      delivery: config.notificationRetryWorkerEnabled,
      escalation: config.escalationWorkerEnabled,
    },
    channels: () => [...channels.values()].map(channelState),
    jobs: () => jobs.filter((job) => job.enabled).map((job) => job.name),
  });
  const tracing = outside.tracing ?? UNTRACED;
  const observer: Observer = {
    ...metrics.observer,
    span: tracing.span,
    following: tracing.following,
  };
  let kick = () => {};
  const engine: Engine = {
    store,
    clock,
    random,
    newId,
    sendingEnabled: config.notificationSendingEnabled,
    observer,
    kick: () => kick(),
    lookSoon: () => waker.lookSoon(),
  };
  const startedAtMs = clock();
  const health = createDatabaseHealth({ clock, onBack: () => waker.wake() });
  const heartbeat = createHeartbeat({
    store,
    clock,
    self: {
      name: node,
      hostname: outside.hostname,
      version: outside.version,
      schemaVersion: outside.schemaVersion,
      delivers: config.notificationRetryWorkerEnabled,
      escalates: config.escalationWorkerEnabled,
      startedAtMs,
    },
    fits: (schema) => mayWorkOn(schemaFit(schema, outside.schemaVersion)),
    onGoOn: () => waker.wake(),
  });
  const { mayWork } = heartbeat;
  const channels = composeChannels(outside, observer);
  const { deliverer, noticeDeliverer, waker, claimEarly } = composeWorkers(
    outside,
    {
      ...{ engine, channels, links, mayWork },
    },
  );
  const sending = {
    sendingEnabled: config.notificationSendingEnabled,
    channels: new Set(channels.keys()),
  };
  const readiness = createReadiness(store, { clock, ...sending });
  const calendars: CalendarTools = {
    fetchCalendar: outside.fetchCalendar ?? createFetchCalendar(),
    seal: createSeal(config.secretKey, "calendars"),
  };
  const stopping = new AbortController();
  const late = () => lateJobs(jobContext, { jobs, startedAtMs });
  const jobs = createJobs(engine, {
    calendars,
    deliverer,
    noticeDeliverer,
    sending,
    baseUrl: config.baseUrl,
    healthcheck: healthcheckOf(outside, { late, stopping: stopping.signal }),
    backUp: nightlyBackupOf(outside, stopping.signal),
    delivers: config.notificationRetryWorkerEnabled,
    escalates: config.escalationWorkerEnabled,
  });
  const jobContext: JobContext = {
    jobs: store.jobs,
    clock,
    node,
    endedAtMs: new Map(),
    mayWork,
    running: new Set(),
    observer,
  };
  const actions = createActions(engine);
  const bodyBudget = new BodyBudget(BODY_BUDGET_BYTES);
  const confirmSnsSubscription = confirmSns(outside.fetch);
  const immediate = composeImmediate(outside, channels);
  const web = composeWeb(outside, {
    ...{ actions, links, bodyBudget, jobs, channels, confirmSnsSubscription },
    ...{ immediate, readiness, calendars },
    frontDoor: async (request) => await app.fetch(request),
  });
  const app = createApp({
    ...outside,
    config: {
      ...config,
      version: outside.version,
      receiptToken: config.infobipReceiptToken,
      sendingEnabled: config.notificationSendingEnabled,
      allowedOrigins: [...config.allowedOrigins],
      trustedProxies: [...config.trustedProxies],
    },
    secretKey: config.secretKey,
    observer,
    metrics: () => metrics.scrape(),
    bodyBudget,
    authenticators: [sessionAuthenticator(web)],
    problemPage: problemPage(web),
    sources: createSourceFormats(outside),
    actions,
    intakeQueue: observed(
      createIntakeQueue(engine, {
        bucket: config.alertSourceRateLimit,
        claimEarly,
      }),
      engine,
    ),
    parseReceipts(body) {
      const read = readInfobipReceipts(body);
      return read.ok ? read.receipts : null;
    },
    confirmSnsSubscription,
    immediate,
    readiness,
    calendars,
    jobs: () =>
      jobs.map((job) => ({
        ...job,
        nextRunAtMs: nextRunAtMs(job, clock()),
      })),
    async notReady() {
      const beat = await inTime(heartbeat.beat(), READY_WITHIN_MS);
      const problem = health.problem() ??
        (beat === "late" ? unavailableWords("overloaded") : null);
      return [
        ...problem === null ? [] : [problem],
        ...heartbeat.isDraining() ? ["This node is stopping."] : [],
        ...late(),
      ];
    },
  }, (routes) => addWeb(routes, web));
  kick = () => {
    waker.kick();
    web.changes.kick();
  };
  /** What need not be durable is seen by nobody else. */
  function told({ durable }: { durable: boolean }): void {
    if (!durable) return;
    store.signals?.tell();
    web.changes.kick();
  }
  async function drain(): Promise<void> {
    heartbeat.drain();
    stopping.abort();
    await Promise.all([
      waker.stop(),
      deliverer.stop(),
      noticeDeliverer.stop(),
      ...jobContext.running,
    ]);
  }
  async function leave(): Promise<void> {
    for (const channel of channels.values()) channel.close();
    await giveBack(store, { node, nowMs: clock() });
    await heartbeat.stop();
  }
  return {
    fetch: app.fetch,
    engine,
    deliverer,
    noticeDeliverer,
    waker,
    jobs,
    jobContext,
    readiness,
    async start() {
      store.watch({ committed: told, unavailable() {} });
      store.watch(health);
      store.signals?.listen(() => {
        waker.look();
        web.changes.kick();
      });
      await heartbeat.start();
      waker.start();
    },
    closeStreams: () => web.changes.close(),
    drain,
    leave,
    async stop() {
      await drain();
      await leave();
    },
  };
}
