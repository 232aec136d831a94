/** What has become of a message, in words. */
import { isHeld } from "../../domain/delivery/bundling.ts";
import type { Notification } from "../../domain/delivery/notification.ts";
import {
  CHANNEL_KINDS,
  type ChannelKind,
} from "../../domain/responders/people.ts";
import { duration } from "./duration.ts";
import { counted } from "./plural.ts";
import type { Words } from "./words.ts";
import { secondsTime, type Viewpoint } from "./zoned_time.ts";

const CHANNELS: Record<ChannelKind, string> = {
  sms: "SMS",
  whatsapp: "WhatsApp",
  email: "e-mail",
};

/** Promises the channel as people write it; `detail` is any record with a `channel`. */
export function channelName(detail: { channel?: unknown }): string {
  const kind = CHANNEL_KINDS.find((one) => one === detail.channel);
  return kind ? CHANNELS[kind] : "message";
}

/** Promises with what else it went, as " in one message with 6 other incidents"; nothing where it went alone. */
export function togetherWords(size: unknown): Words {
  return typeof size === "number" && size > 1
    ? [` in one message with ${counted(size - 1, "other incident")}`]
    : [];
}

/** Promises what has become of it so far, to follow "Paged Maya by SMS, ". */
export function outcome(row: Notification, view: Viewpoint): Words {
  switch (row.state) {
    case "queued":
      return [
        isHeld(row)
          ? `waiting until ${
            secondsTime(row.dueAtMs, view)
          } to go together with others`
          : `waiting to be sent ${secondsTime(row.dueAtMs, view)}`,
      ];
    case "sending":
      return ["being sent"];
    case "sent":
      return [row.provider ? `accepted by ${row.provider}` : "sent"];
    case "delivered":
      return [`delivered after ${took(row)}`];
    case "failed":
      return row.error ? [{ said: row.error }] : ["failed"];
    case "cancelled":
      return [
        row.outcomeUnknown ? "cancelled" : "cancelled before it was sent",
      ];
    case "suppressed":
      return ["not sent: sending is switched off"];
  }
}

/** How a state is marked: by this class, and by its word. */
export const STATE_TONES: Record<
  Notification["state"],
  { word: string; tone: "good" | "bad" | "busy" | "quiet" }
> = {
  queued: { word: "Queued", tone: "busy" },
  sending: { word: "Sending", tone: "busy" },
  sent: { word: "Sent", tone: "good" },
  delivered: { word: "Delivered", tone: "good" },
  failed: { word: "Failed", tone: "bad" },
  cancelled: { word: "Cancelled", tone: "quiet" },
  suppressed: { word: "Suppressed", tone: "bad" },
};

export interface ShownNotification {
  id: number;
  to: string;
  channel: string;
  address: string;
  word: string;
  tone: string;
  /** A sentence in lower case: what became of it, how often it was tried. */
  words: Words;
  /** Whether a person may have it sent again. */
  retryable: boolean;
}

/** Promises one message as a list shows it. */
export function shownNotification(
  row: Notification,
  { to, view, retryable }: {
    to: string;
    view: Viewpoint;
    retryable: boolean;
  },
): ShownNotification {
  const tries = row.attempt > 1 ? [`, ${counted(row.attempt, "attempt")}`] : [];
  const others = togetherWords(row.bundle?.size).map((word) => `,${word}`);
  const marks = row.maybeSentTwice
    ? ["; may have arrived twice"]
    : row.outcomeUnknown
    ? ["; may have arrived all the same"]
    : [];
  return {
    id: row.id,
    to,
    channel: channelName(row),
    address: row.address,
    ...STATE_TONES[row.state],
    words: [...outcome(row, view), ...others, ...tries, ...marks],
    retryable: retryable &&
      ["failed", "cancelled", "suppressed"].includes(row.state),
  };
}

function took(row: Notification): string {
  return duration((row.deliveredAtMs ?? 0) - (row.sentAtMs ?? 0));
}
