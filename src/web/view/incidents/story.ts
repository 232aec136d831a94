/** The timeline of an incident as a story: one rung of the ladder for each thing that happened. */
import type { Notification } from "../../../domain/delivery/notification.ts";
import type { TimelineEntry } from "../../../domain/incidents/timeline.ts";
import { tell } from "./story_words.ts";
import type { Words } from "../words.ts";
import {
  secondsTime,
  type ShownTime,
  shownTime,
  type Viewpoint,
} from "../zoned_time.ts";

/** `quiet` is worth keeping, not worth a look; `now` is where the incident stands; `next` has not happened yet. */
export type RungState = "done" | "bad" | "quiet" | "now" | "next";

export interface Rung {
  /** Stays the same from one rendering to the next, so that a live update moves nothing. */
  key: string;
  state: RungState;
  time: ShownTime;
  /** The instant that a countdown runs to, epoch milliseconds; null where nothing is awaited. */
  countdownToMs: number | null;
  words: Words;
  /** What a person wrote, with its line breaks; empty for all but notes. */
  text: string;
}

export interface StoryOptions {
  notifications: readonly Notification[];
  /** Names by responder id. */
  responders: ReadonlyMap<number, string>;
  policyName: string;
  view: Viewpoint;
}

/**
 * Promises the rungs in the order of the entries. A page is one rung, told with what has become of it by now; entries
 * that such a rung already tells are left out.
 */
export function story(
  entries: readonly TimelineEntry[],
  options: StoryOptions,
): Rung[] {
  const { view } = options;
  const notifications = new Map(
    options.notifications.map((row) => [row.id, row]),
  );
  const sentIds = new Set(
    entries.filter((entry) => entry.kind === "page_sent")
      .map((entry) => entry.detail.notificationId),
  );
  return entries.flatMap((entry): Rung[] => {
    const told = tell(entry, { ...options, notifications, sentIds });
    if (!told) return [];
    const time = shownTime(entry.atMs, view, secondsTime(entry.atMs, view));
    const key = `entry-${entry.id}`;
    return [{ key, countdownToMs: null, text: "", ...told, time }];
  });
}
