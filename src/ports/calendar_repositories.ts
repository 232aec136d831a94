/** Calendars that come in as layers of schedules, and those that go out as feeds. */
import type {
  MatchedName,
  NamedPerson,
  UnknownName,
} from "../domain/calendars/calendar.ts";
import type {
  CalendarLayer,
  CalendarWindow,
} from "../domain/schedules/schedule.ts";
import type { UserAccount } from "../domain/responders/people.ts";

/** What was understood of a calendar when it was read last. */
export interface CalendarReport {
  /** Occurrences in the time that is read. */
  events: number;
  /** Those that put somebody on call. */
  matched: number;
  /** Those that an admin said to stand for nobody. */
  ignored: number;
  /** What was understood, the most frequent first, and how many there are besides. */
  names: MatchedName[];
  moreNames: number;
  /** What names nobody, likewise. */
  unknown: UnknownName[];
  moreUnknown: number;
  /** Sentences about what was left out. */
  remarks: string[];
}

/** What the server said of the text, to ask whether there is a newer one (RFC 9110, section 8.8). */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

export type CalendarOrigin =
  /** `shown` is the host: the rest of the address may be a secret. */
  | { kind: "url"; sealedUrl: string; shown: string }
  /** `shown` is the file's name. */
  | { kind: "file"; shown: string };

/** The calendar behind a layer; its text and windows are read apart. */
export interface ImportedCalendar {
  layerId: number;
  origin: CalendarOrigin;
  people: NamedPerson[];
  validators: Validators;
  /** When it is to be read again. */
  dueAtMs: number;
  /** When it was read well last. */
  readAtMs: number | null;
  /** Why it could not be read since, a sentence without the address. */
  problem: { words: string; sinceMs: number } | null;
  report: CalendarReport;
  /** Of the windows, to tell whether they are the same. */
  windowsHash: string;
}

/** All that a reading leaves. */
export interface CalendarReading {
  /** null: the text is what it was. */
  content: string | null;
  validators: Validators;
  readAtMs: number;
  dueAtMs: number;
  report: CalendarReport;
  windows: readonly CalendarWindow[];
  windowsHash: string;
}

export interface NewCalendar {
  scheduleId: number;
  name: string;
  origin: CalendarOrigin;
  people: NamedPerson[];
  reading: CalendarReading;
}

/** A layer with its calendar. */
export interface CalendarOfLayer {
  layer: CalendarLayer;
  calendar: ImportedCalendar;
}

export interface CalendarRepository {
  /** Of one schedule, lowest layer first. */
  list(scheduleId: number): Promise<CalendarOfLayer[]>;
  find(layerId: number): Promise<CalendarOfLayer | null>;
  /** The text as it was read last; empty when there is none. */
  content(layerId: number): Promise<string>;
  /** Puts the layer on top of the others. */
  insert(calendar: NewCalendar, nowMs: number): Promise<CalendarOfLayer>;
  /** Changes where it comes from and whom its names stand for; what was read stays until `saveReading`. */
  update(
    layerId: number,
    patch: { name?: string; origin?: CalendarOrigin; people?: NamedPerson[] },
    nowMs: number,
  ): Promise<CalendarOfLayer | null>;
  /** Replaces what was read before, and the problem is gone; windows are written only where their hash differs. */
  saveReading(layerId: number, reading: CalendarReading): Promise<void>;
  /** Keeps what was read before; `since` of an earlier problem stays. */
  saveProblem(layerId: number, words: string, nowMs: number): Promise<void>;
  /** Those to be read by now, the longest due first. */
  due(nowMs: number, limit: number): Promise<CalendarOfLayer[]>;
  /** True for the one caller that moves it from the instant it was due at: nobody else reads it now. */
  claim(
    layerId: number,
    seenDueAtMs: number,
    nextDueAtMs: number,
  ): Promise<boolean>;
}

/** A private address at which a calendar program reads shifts. */
export interface CalendarFeed {
  id: number;
  tokenId: string;
  tokenHash: string;
  accountId: number;
  /** null: all shifts of the account's own responder. */
  scheduleId: number | null;
  /** Times without anybody on call are events too. */
  withGaps: boolean;
  createdAtMs: number;
  usedAtMs: number | null;
  /** Of what it showed last. */
  contentHash: string;
  /** When what it shows was seen to have changed. */
  changedAtMs: number;
}

export interface CalendarFeedRepository {
  findByTokenId(
    tokenId: string,
  ): Promise<{ feed: CalendarFeed; account: UserAccount } | null>;
  find(id: number): Promise<CalendarFeed | null>;
  /** Newest first, at most 200. `scheduleId` null: feeds of people; undefined: of both kinds. */
  list(
    filter: { accountId?: number; scheduleId?: number | null },
  ): Promise<CalendarFeed[]>;
  insert(
    feed: Omit<
      CalendarFeed,
      "id" | "usedAtMs" | "contentHash" | "changedAtMs"
    >,
  ): Promise<CalendarFeed>;
  /** Another token; the old one is worth nothing from now on. */
  replaceToken(
    id: number,
    token: Pick<CalendarFeed, "tokenId" | "tokenHash">,
  ): Promise<CalendarFeed | null>;
  delete(id: number): Promise<boolean>;
  /** Promises when the content became what it is: now where the hash is new. The use is written once an hour at most. */
  recordUse(feed: CalendarFeed, contentHash: string, nowMs: number): Promise<
    number
  >;
}
