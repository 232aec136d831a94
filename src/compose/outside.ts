/** What comes into the composition from outside, as values. */
import type { ChannelsDeps } from "../channels/channels.ts";
import type { Config } from "../config.ts";
import type { Tracing } from "../monitoring/untraced.ts";
import type { FetchCalendar } from "../ports/calendar_source.ts";
import type { Clock, NewId, Random } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";

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
