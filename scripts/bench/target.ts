/**
 * What the benchmark asks of a pager. PagerPal is one target (`pagerpal.ts`); another pager takes its place by another
 * module of this shape and a reader of what it sends to its provider.
 */

/** A request that posts an alert. In `path` and `body` each `{n}` stands for the alert's number. */
export interface AlertRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface StartOptions {
  /** Of an empty database, or of one that this target has filled: `file:` or `postgres://`. */
  databaseUrl: string;
  /** Where pages are to go, without a slash at the end. */
  providerUrl: string;
  /** How long further pages to a person wait to go as one, seconds; 0: never. */
  bundlingSeconds: number;
}

export interface Target {
  readonly name: string;
  /** The module by which the stand-in provider reads and answers what the pager sends: see `PageFormat`. */
  readonly pageFormat: URL;
  /** Settles with the first good answer of a process of its own. */
  start(options: StartOptions): Promise<Running>;
  /** Makes, once for each database, that many people, each paged for a source of their own. */
  setUp(running: Running, people: number): Promise<Sources>;
  /** Stores old and open incidents, with their pages and stories, while the pager is stopped. */
  fill(databaseUrl: string, counts: Stored): Promise<void>;
}

export interface Stored {
  /** Resolved ones. */
  old: number;
  /** Such as nobody is paged for any more. */
  open: number;
}

/** The pager's process, for as long as it runs. */
export interface Running {
  readonly hostname: string;
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to its first good answer, milliseconds. */
  readonly answeredWithinMs: number;
  stop(): Promise<void>;
}

export interface Sources {
  /** One for each person; the title of the alert holds `#{n}.`, so that its page can be known again. */
  alerts: AlertRequest[];
  /** Pages a first person at once and a second one after `escalationMs`. */
  escalating: AlertRequest;
  escalationMs: number;
  /** To whom the second page of `escalating` goes, as the provider sees it. */
  escalatedTo: string;
  /** Promises when the alert's second page is due, epoch milliseconds, from the answer to the alert. */
  escalationDueAtMs(answer: string): number;
}

/** A page as the provider has received it. */
export interface Page {
  to: string;
  /** The number of the alert that it names; null where it names several, or none. */
  alert: number | null;
  /** How many incidents it is about. */
  incidents: number;
}

/** What the module at `Target.pageFormat` exports as `pageFormat`. */
export interface PageFormat {
  /** Promises what a request to the provider pages, and the JSON that the provider answers. */
  read(body: string): { page: Page; answer: string };
}
