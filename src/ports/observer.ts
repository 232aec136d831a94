/** Who hears what happens, to count and to trace it. Nothing that PagerPal does depends on it. */
import type { Notification } from "../domain/notification.ts";
import type { ChannelKind } from "../domain/people.ts";
import type { ClaimedNotification } from "./paging_repositories.ts";

/** What a span may say of its work: no address, no text from outside, no secret. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** Every method but `span` returns at once, and none throws of itself. */
export interface Observer {
  /** Promises what the work promises. Spans that begin inside it are its children. */
  span<T>(
    name: string,
    attributes: SpanAttributes,
    work: () => Promise<T>,
  ): Promise<T>;
  /** A sender took over a message, or a bundle, whose lease had run out: its process died or stood still. */
  leaseTakenOver(channel: ChannelKind): void;
  /** What became of an attempt is on disk; the messages went as one, and all are now as `after` is. */
  settled(
    messages: readonly ClaimedNotification[],
    after: Pick<Notification, "state" | "sentAtMs">,
  ): void;
  /** What was due on an incident at `dueAtMs` was done and committed at `atMs`. */
  escalated(done: { dueAtMs: number; atMs: number }): void;
  /** What one self-audit found. */
  audited(found: {
    rearmed: number;
    abandoned: number;
    /** Still wrong afterwards. */
    unmended: number;
  }): void;
  /** A run of a job is over. */
  jobEnded(run: {
    name: string;
    startedAtMs: number;
    durationMs: number;
    outcome: "ok" | "failed";
  }): void;
}

/** Nobody listens. */
export const UNOBSERVED: Observer = {
  span: (_name, _attributes, work) => work(),
  leaseTakenOver: () => {},
  settled: () => {},
  escalated: () => {},
  audited: () => {},
  jobEnded: () => {},
};
