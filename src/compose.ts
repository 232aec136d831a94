/**
 * Puts the rooms together. Everything from outside (store, clock, randomness, fetch) comes in as a value, so that the
 * process and the behaviour tests run the same composition.
 */
import { getLogger } from "@logtape/logtape";
import { createApp } from "./api/app.ts";
import type { AppDeps } from "./api/deps.ts";
import { createActions } from "./app/actions.ts";
import { checkNotice } from "./app/check_notice.ts";
import {
  createDatabaseHealth,
  unavailableWords,
} from "./app/database_health.ts";
import { inTime } from "./app/in_time.ts";
import { createCodeHash } from "./app/code_hash.ts";
import type { CalendarTools } from "./app/read_calendar.ts";
import { createSeal } from "./app/seal.ts";
import { createDeliverer, type Deliverer } from "./app/deliver.ts";
import {
  createNoticeDeliverer,
  type NoticeDeliverer,
} from "./app/deliver_notices.ts";
import type { Engine } from "./app/engine.ts";
import { escalateDue } from "./app/escalate.ts";
import type { HealthcheckOptions } from "./app/tell_healthcheck.ts";
import type { Immediate } from "./app/immediate.ts";
import { createIntakeQueue, type IntakeQueue } from "./app/intake_queue.ts";
import { createLinkSigner } from "./app/page_message.ts";
import { createReadiness, type ReadReadiness } from "./app/readiness.ts";
import { createFetchCalendar } from "./calendars/fetch_calendar.ts";
import {
  type ChannelsConfig,
  type ChannelsDeps,
  createChannels,
} from "./channels/channels.ts";
import type { GuardedChannel } from "./channels/guard.ts";
import { readInfobipReceipts } from "./channels/infobip_receipts.ts";
import type { Config } from "./config.ts";
import { shownSettings } from "./config/shown_settings.ts";
import { CHANNEL_KINDS, type ChannelKind } from "./domain/people.ts";
import { BodyBudget } from "./http/read_body.ts";
import {
  everyMsOf,
  type Job,
  type JobContext,
  lateJobs,
  nextRunAtMs,
} from "./jobs/jobs.ts";
import { createHeartbeat } from "./jobs/heartbeat.ts";
import { createJobs } from "./jobs/table.ts";
import { createWaker, oneAtATime, type Waker } from "./jobs/waker.ts";
import type { FetchCalendar } from "./ports/calendar_source.ts";
import { type ChannelState, createMetrics } from "./monitoring/metrics.ts";
import type { Clock, NewId, Random } from "./ports/clock.ts";
import { createPing } from "./monitoring/ping.ts";
import { type Tracing, UNTRACED } from "./monitoring/tracing.ts";
import type { Observer } from "./ports/observer.ts";
import type { Store } from "./ports/store.ts";
import {
  createSnsSubscriptions,
  createSourceFormats,
} from "./sources/formats.ts";
import { loadAssets } from "./web/assets.ts";
import { createChangeFeed } from "./web/change_feed.ts";
import { createCsrf } from "./web/csrf.ts";
import type { JobState, ProviderState, WebDeps } from "./web/deps.ts";
import { problemPage } from "./web/problem_page.ts";
import { sessionAuthenticator } from "./web/session_authenticator.ts";
import { createRender } from "./web/templates.ts";
import { addWeb } from "./web/web.ts";

const log = getLogger(["pagerpal"]);

export interface Outside {
  config: Config;
  store: Store;
  clock: Clock;
  random: Random;
  newId: NewId;
  randomBytes(length: number): Uint8Array;
  fetch: typeof fetch;
  /** Reads calendars elsewhere, in the place of what reads them from the internet only. */
  fetchCalendar?: FetchCalendar;
  /** Carries mails; when not given, connections to the relay of the settings do. */
  openMail?: ChannelsDeps["openMail"];
  /** Names this process as the owner of leases; no other process ever had the name. */
  node: string;
  /** Of the machine. */
  hostname: string;
  version: string;
  /** The newest migration that this program knows. */
  schemaVersion: number;
  /** Makes spans of what is done; none where it is not given. */
  tracing?: Tracing;
  /** The folder `static`, absolute, with a slash at the end. */
  staticDirectory: string;
}

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

/** Longer than a channel's own limit of 10 s, so that only a process that died or stood still loses a lease. */
const LEASE_MS = 20_000;
/** Who asks whether this process is ready does not wait longer for a write. */
const READY_WITHIN_MS = 2_000;
/** In flight on a channel besides its pages: two notices, and codes and test pages that somebody waits for. */
const BESIDE_PAGES = 4;
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
  const observer: Observer = {
    ...metrics.observer,
    span: (outside.tracing ?? UNTRACED).span,
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
    onGoOn: () => waker.wake(),
  });
  const { mayWork } = heartbeat;
  const channels = createChannels(channelsConfig(config), {
    fetch: outside.fetch,
    openMail: outside.openMail,
    clock,
    observer,
    limits: { maxInFlight: config.notificationConcurrency + BESIDE_PAGES },
    onStateChange({ kind: channel, provider }, { state, lastError }) {
      if (state === "open") observer.circuitOpened({ channel, provider });
      log.warn("The circuit of {provider} ({channel}) is {state}", {
        ...{ channel, provider, state, lastError },
      });
    },
  });
  const deliverer = createDeliverer(engine, {
    channels,
    node,
    concurrency: config.notificationConcurrency,
    leaseMs: LEASE_MS,
    bundlingMs: config.pageBundlingSeconds * 1_000,
    baseUrl: config.baseUrl,
    links,
    mayClaim: mayWork,
  });
  const noticeDeliverer = createNoticeDeliverer(engine, {
    channels,
    node,
    leaseMs: LEASE_MS,
    isBusy: (kind) =>
      !mayWork() || (channels.get(kind)?.health().inFlight ?? 0) > 0,
    check: (notice, nowMs) =>
      checkNotice({ store, baseUrl: config.baseUrl }, notice, nowMs),
  });
  const firstAttemptsOnly = !config.notificationRetryWorkerEnabled;
  const whileWorking = (run: () => Promise<unknown>) => async () => {
    if (mayWork()) await run();
  };
  const delivers = config.notificationRetryWorkerEnabled;
  const waker = createWaker({
    clock,
    works: [
      {
        name: "pages",
        onKick: true,
        run: whileWorking(() => deliverer.deliver({ firstAttemptsOnly })),
        nextDueAtMs: due(delivers, () => store.notifications.nextDueAtMs()),
      },
      {
        name: "escalations",
        onKick: false,
        run: oneAtATime(
          whileWorking(() =>
            config.escalationWorkerEnabled
              ? escalateDue(engine, { mayGoOn: mayWork })
              : Promise.resolve()
          ),
        ),
        nextDueAtMs: due(
          config.escalationWorkerEnabled,
          () => store.incidents.nextDueAtMs(),
        ),
      },
      {
        name: "notices",
        onKick: !delivers,
        run: whileWorking(() => noticeDeliverer.deliver({ firstAttemptsOnly })),
        nextDueAtMs: due(delivers, () => store.notices.nextDueAtMs()),
      },
    ],
  });
  function due(enabled: boolean, nextDueAtMs: () => Promise<number | null>) {
    return async () => enabled && mayWork() ? await nextDueAtMs() : null;
  }
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
  const immediate = createImmediate(outside, channels);
  const web = createWeb(outside, {
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
        claimEarly: () => deliverer.claimEarly({ firstAttemptsOnly }),
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

function healthcheckOf(
  { config, fetch }: Outside,
  { late, stopping }: Pick<HealthcheckOptions, "late"> & {
    stopping: AbortSignal;
  },
): HealthcheckOptions | null {
  const url = config.healthcheckPingUrl;
  return url === null ? null : {
    ping: createPing({ url, fetch, stopping }),
    delivers: config.notificationRetryWorkerEnabled,
    escalates: config.escalationWorkerEnabled,
    late,
  };
}

/** Promises the same queue; the observer hears what becomes of alerts. */
function observed(
  queue: IntakeQueue,
  { observer, clock }: Pick<Engine, "observer" | "clock">,
): IntakeQueue {
  return {
    ...queue,
    async ingest({ origin, arrival }) {
      const receivedAtMs = clock();
      const result = await queue.ingest({ origin, arrival });
      const results = result.repeatedMessage
        ? arrival.alerts.map(() => ({ outcome: "repeated", incidentId: null }))
        : result.results;
      const { kind } = origin.source;
      observer.admitted({ kind, receivedAtMs, results });
      return result;
    },
  };
}

function channelState(channel: GuardedChannel): ChannelState {
  const { state, inFlight } = channel.health();
  return { channel: channel.kind, provider: channel.provider, state, inFlight };
}

/** What the process held when it had to end is taken over at once, and not when the lease is over. */
async function giveBack(
  { notifications, notices }: Store,
  { node, nowMs }: { node: string; nowMs: number },
): Promise<void> {
  try {
    const released = await notifications.releaseLeases(node, nowMs) +
      await notices.releaseLeases(node, nowMs);
    if (released > 0) {
      log.warn("{node} gave back {released} messages unfinished", {
        node,
        released,
      });
    }
  } catch (error) {
    log.warn("{node} could not give back what it held: leases bring it back", {
      node,
      error,
    });
  }
}

/** How soon a page on this node shows what another node wrote, milliseconds, while nothing tells of it. */
const LOOK_EVERY_MS = 300;
/** And how soon at the latest while it should be told at once. */
const LOOK_SELDOM_MS = 5_000;

function createWeb(
  outside: Outside,
  parts:
    & Pick<
      WebDeps,
      | "actions"
      | "links"
      | "bodyBudget"
      | "calendars"
      | "confirmSnsSubscription"
      | "frontDoor"
      | "immediate"
      | "readiness"
    >
    & { jobs: Job[]; channels: ReadonlyMap<ChannelKind, GuardedChannel> },
): WebDeps {
  const { config, store, clock, randomBytes, staticDirectory, version } =
    outside;
  const { channels } = parts;
  const watch = config.environment === "development";
  return {
    ...parts,
    store,
    clock,
    randomBytes,
    newId: outside.newId,
    jobs: () => parts.jobs.map((job) => jobState(job, clock())),
    providers: () => CHANNEL_KINDS.map((kind) => provider(kind, channels)),
    settings: shownSettings(config),
    schemaVersion: outside.schemaVersion,
    node: outside.node,
    render: createRender({ directory: `${staticDirectory}templates`, watch }),
    assets: loadAssets(`${staticDirectory}assets/`, { watch }),
    csrf: createCsrf(config.secretKey, randomBytes),
    changes: createChangeFeed({
      readMarker: () => store.overview.changeMarker(),
      everyMs: () =>
        store.signals?.isHearing() ? LOOK_SELDOM_MS : LOOK_EVERY_MS,
    }),
    config: {
      version,
      baseUrl: config.baseUrl,
      allowedOrigins: [...config.allowedOrigins],
      sessionCookieSecure: config.sessionCookieSecure,
      sendingEnabled: config.notificationSendingEnabled,
    },
  };
}

function createImmediate(
  { config, store, clock, newId, randomBytes }: Outside,
  channels: ReadonlyMap<ChannelKind, GuardedChannel>,
): Immediate {
  return {
    store,
    clock,
    newId,
    randomBytes,
    hashCode: createCodeHash(config.secretKey),
    baseUrl: config.baseUrl,
    sendingEnabled: config.notificationSendingEnabled,
    sendMessage: async (kind, message) =>
      await channels.get(kind)
        ?.send(message, AbortSignal.timeout(LEASE_MS)) ?? null,
  };
}

/** Two missed runs and some patience. */
const MISSED_RUNS = 3;

function jobState(job: Job, nowMs: number): JobState {
  return {
    ...job,
    nextRunAtMs: nextRunAtMs(job, nowMs),
    lateAfterMs: MISSED_RUNS * everyMsOf(job),
  };
}

function provider(
  channel: ChannelKind,
  channels: ReadonlyMap<ChannelKind, GuardedChannel>,
): ProviderState {
  const guarded = channels.get(channel);
  const health = guarded?.health();
  return {
    channel,
    configured: guarded !== undefined,
    provider: guarded?.provider ?? "",
    circuit: health?.state ?? "closed",
    lastSentAtMs: health?.lastSentAtMs ?? null,
    lastError: health?.lastError ?? null,
  };
}

function confirmSns(
  fetch: Outside["fetch"],
): AppDeps["confirmSnsSubscription"] {
  const subscriptions = createSnsSubscriptions(fetch);
  return async ({ sns: { pendingTopicArn, pendingToken } }) => {
    if (pendingTopicArn === null || pendingToken === null) {
      return { ok: false, message: "No topic waits for approval." };
    }
    const answer = await subscriptions.confirm(pendingTopicArn, pendingToken);
    return answer.kind === "confirmed"
      ? { ok: true, subscriptionArn: answer.subscriptionArn }
      : { ok: false, message: answer.message };
  };
}

function channelsConfig(config: Config): ChannelsConfig {
  const { infobip, smtp } = config;
  return {
    infobip: infobip && {
      baseUrl: infobip.baseUrl,
      apiKey: infobip.apiKey,
      smsSender: infobip.smsSender,
      whatsAppSender: infobip.whatsappSender,
      whatsAppTemplate: infobip.whatsappTemplate === null ? null : {
        name: infobip.whatsappTemplate,
        language: infobip.whatsappTemplateLanguage,
      },
      publicBaseUrl: config.baseUrl,
      receiptToken: config.infobipReceiptToken,
    },
    smtp,
  };
}
