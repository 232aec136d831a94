/** What the screens need, from what the process has. */
import type { GuardedChannel } from "../channels/guard.ts";
import { shownSettings } from "../config/shown_settings.ts";
import {
  CHANNEL_KINDS,
  type ChannelKind,
} from "../domain/responders/people.ts";
import { everyMsOf, type Job, nextRunAtMs } from "../jobs/jobs.ts";
import { loadAssets } from "../web/assets.ts";
import { createChangeFeed } from "../web/change_feed.ts";
import { createCsrf } from "../web/csrf.ts";
import type { JobState, ProviderState, WebDeps } from "../web/deps.ts";
import { createRender } from "../web/templates.ts";
import type { Outside } from "./outside.ts";

/** How soon a page on this node shows what another node wrote, milliseconds, while nothing tells of it. */
const LOOK_EVERY_MS = 300;
/** And how soon at the latest while it should be told at once. */
const LOOK_SELDOM_MS = 5_000;

/** Promises what the HTML routes are given. */
export function composeWeb(
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
