/** What the pages are put together from. */
import type { Actions } from "../app/incidents/actions.ts";
import type { ConfirmSnsSubscription } from "../app/sources/approve_sns_subscription.ts";
import type { Immediate } from "../app/delivery/immediate.ts";
import type { LinkSigner } from "../app/delivery/page_message.ts";
import type { CalendarTools } from "../app/calendars/read_calendar.ts";
import type { ReadReadiness } from "../app/readiness/readiness.ts";
import type { RandomBytes } from "../app/secrets.ts";
import type { BodyBudget } from "../http/read_body.ts";
import type { ChannelKind } from "../domain/responders/people.ts";
import type { Clock, NewId } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { Assets } from "./assets.ts";
import type { ChangeFeed } from "./change_feed.ts";
import type { Csrf } from "./csrf.ts";
import type { Render } from "./templates.ts";

export interface WebConfig {
  version: string;
  /** Without a slash at the end. */
  baseUrl: string;
  allowedOrigins: string[];
  sessionCookieSecure: boolean;
  sendingEnabled: boolean;
}

export interface ProviderState {
  channel: ChannelKind;
  configured: boolean;
  /** As `Infobip`; empty where none is configured. */
  provider: string;
  /** `open`: left alone for a while after several failures; `half-open`: one message is trying it. */
  circuit: "closed" | "open" | "half-open";
  lastSentAtMs: number | null;
  lastError: { words: string; atMs: number } | null;
}

/** One setting as the settings page shows it; a secret has no value here. */
export interface ShownSetting {
  /** As `SMTP_HOST`. */
  name: string;
  value: string;
}

export interface JobState {
  /** As `notification_retry`. */
  name: string;
  enabled: boolean;
  /** When this process will run it next, epoch milliseconds; null when it will not. */
  nextRunAtMs: number | null;
  /** How long after a run the next one is overdue, milliseconds. */
  lateAfterMs: number;
}

export interface WebDeps {
  store: Store;
  clock: Clock;
  randomBytes: RandomBytes;
  newId: NewId;
  bodyBudget: BodyBudget;
  actions: Actions;
  links: LinkSigner;
  render: Render;
  assets: Assets;
  csrf: Csrf;
  changes: ChangeFeed;
  readiness: ReadReadiness;
  /** For calendars that are kept elsewhere. */
  calendars: CalendarTools;
  jobs(): JobState[];
  confirmSnsSubscription: ConfirmSnsSubscription;
  /** Answers a request as if it had come in from outside. */
  frontDoor(request: Request): Promise<Response>;
  /** Every channel, configured or not. */
  providers(): ProviderState[];
  /** For test pages and codes. */
  immediate: Immediate;
  settings: readonly ShownSetting[];
  /** The newest migration that this program knows. */
  schemaVersion: number;
  /** This process, as the jobs name it. */
  node: string;
  config: WebConfig;
}
