/** What the pages are put together from. */
import type { Actions } from "../app/actions.ts";
import type { LinkSigner } from "../app/page_message.ts";
import type { RandomBytes } from "../app/secrets.ts";
import type { BodyBudget } from "../http/read_body.ts";
import type { Clock } from "../ports/clock.ts";
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

export interface JobState {
  /** As `notification_retry`. */
  name: string;
  enabled: boolean;
}

export interface WebDeps {
  store: Store;
  clock: Clock;
  randomBytes: RandomBytes;
  bodyBudget: BodyBudget;
  actions: Actions;
  links: LinkSigner;
  render: Render;
  assets: Assets;
  csrf: Csrf;
  changes: ChangeFeed;
  jobs(): JobState[];
  config: WebConfig;
}
