/** What each kind of timeline entry says. */
import type { Notification } from "../../../domain/delivery/notification.ts";
import type {
  Actor,
  TimelineEntry,
  TimelineKind,
} from "../../../domain/incidents/timeline.ts";
import { channelName, outcome, togetherWords } from "../notification_words.ts";
import { isMeant, skipReason, skipWords } from "../policies/step_words.ts";
import { agree, counted } from "../plural.ts";
import type { RungState, StoryOptions } from "./story.ts";
import { strongNames, type Word, type Words } from "../words.ts";
import { secondsTime, shortTime, type Viewpoint } from "../zoned_time.ts";

export interface TellContext extends Omit<StoryOptions, "notifications"> {
  notifications: ReadonlyMap<number, Notification>;
  /** Ids of notifications that have a rung of their own. */
  sentIds: ReadonlySet<unknown>;
}

interface Told {
  state: RungState;
  words: Words;
  text?: string;
}

type Teller = (entry: TimelineEntry, context: TellContext) => Told | null;

/** Promises what the entry says and how it is to be marked; null where another rung says it already. */
export function tell(entry: TimelineEntry, context: TellContext): Told | null {
  return TELLERS[entry.kind](entry, context);
}

const TELLERS: Record<TimelineKind, Teller> = {
  opened: (entry) =>
    done("Alert received from ", who(entry.actor), ...remark(entry)),
  severity_raised: ({ actor, detail: { from, to } }) =>
    bad(
      who(actor),
      ` raised the severity from ${from ?? "lower"} to ${to ?? "higher"}`,
    ),
  alert_noted: (entry) =>
    quiet("Noted from ", who(entry.actor), ...remark(entry)),
  stale_alert_noted: (entry) =>
    quiet(
      "Noted from ",
      who(entry.actor),
      ": an alert older than the last recovery",
      ...remark(entry),
    ),
  refire_noted: (entry) =>
    quiet(
      who(entry.actor),
      " still fires after somebody resolved it; noted, and not opened again yet",
      ...remark(entry),
    ),
  recovered: (entry) =>
    done("Recovered: ", who(entry.actor), " says it is over", ...remark(entry)),
  acknowledged: ({ actor }) => done("Acknowledged by ", ...by(actor)),
  resolved: ({ actor }) => done("Resolved by ", ...by(actor)),
  expired: () => done("Closed by its age: it has not fired for long enough"),
  reopened: ({ actor, detail }) =>
    detail.refired === true
      ? bad("Opened again by itself: ", who(actor), " still fires")
      : done("Reopened by ", ...by(actor)),
  snoozed: ({ actor, detail }, { view }) =>
    done(
      "Snoozed by ",
      ...by(actor),
      ` until ${timeWords(detail.untilMs, shortTime, view)}`,
    ),
  acknowledgement_timed_out: () =>
    bad("The acknowledgement ran out and nothing was resolved; paging again"),
  snooze_ended: () => bad("The snooze is over; paging again"),
  escalated_by_hand: ({ actor }) => done("Escalated by ", ...by(actor)),
  reassigned: ({ actor, detail }, context) =>
    done(
      "Reassigned to ",
      ...names([Number(detail.responderId)], context),
      " by ",
      ...by(actor),
    ),
  step_paged: ({ detail }, context) =>
    done(
      `Step ${Number(detail.step ?? 0) + 1} of policy `,
      { strong: context.policyName },
      again(Number(detail.round ?? 0)),
      ": ",
      ...names(detail.responderIds, context),
      detail.inTurn === true ? ", whose turn it was" : "",
    ),
  step_skipped: ({ detail }) => {
    const reason = skipReason(detail.reason);
    const words = `Step ${Number(detail.step ?? 0) + 1} was ${
      skipWords(reason)
    }`;
    return isMeant(reason) ? quiet(words) : bad(words);
  },
  responder_unreachable: ({ detail }, context) =>
    bad(
      ...names([Number(detail.responderId)], context),
      " could not be reached: no contact method is left to try",
    ),
  moved_to_next_step: () => quiet("Moved on to the next step at once"),
  exhausted: ({ detail }) =>
    bad(
      detail.reason === "nobody_answered"
        ? "Every step has been tried and nobody has answered"
        : detail.reason === "no_step_applies"
        ? "No step of the policy applies now"
        : "No step of the policy reaches anybody",
    ),
  fallback_paged: ({ detail }, context) =>
    done("The last resort: ", ...names(detail.responderIds, context)),
  nobody_to_page: () => bad("There is nobody left to page"),
  page_sent: tellPage,
  page_delivered: (entry, context) =>
    context.sentIds.has(entry.detail.notificationId)
      ? null
      : tellPage(entry, context),
  page_failed: (entry, context) =>
    context.sentIds.has(entry.detail.notificationId)
      ? null
      : bad("Could not page ", ...recipient(entry, context), ...why(entry)),
  page_retry: (entry, context) =>
    bad(
      "Paging ",
      ...recipient(entry, context),
      entry.detail.outcomeUnknown === true
        ? " may not have worked"
        : " did not work",
      ...why(entry),
      ". Next try ",
      timeWords(entry.detail.retryAtMs, secondsTime, context.view),
    ),
  page_suppressed: ({ detail }) =>
    bad(
      `${counted(Number(detail.count ?? 1), "page")} ${
        agree(Number(detail.count ?? 1), "was", "were")
      } not sent: sending is switched off`,
    ),
  page_cancelled: () => quiet("A page was cancelled before it was sent"),
  page_requeued: ({ actor, detail }) =>
    done(...by(actor), ` had a page sent again by ${channelName(detail)}`),
  page_repeated_after_crash: () =>
    bad("A page may have arrived twice: the process stopped while sending it"),
  page_repeated_after_lost_answer: () =>
    bad("A page may have arrived twice: an attempt before had no answer"),
  escalation_postponed: ({ detail }, { view }) =>
    bad(
      "Escalating met an error. Next try ",
      timeWords(detail.untilMs, secondsTime, view),
    ),
  rearmed_by_audit: () =>
    bad("The self-check found that nothing was to come and started paging"),
  note_added: ({ actor, detail }) => ({
    state: "quiet",
    words: ["Note by ", ...by(actor)],
    text: String(detail.text ?? ""),
  }),
};

function tellPage(entry: TimelineEntry, context: TellContext): Told {
  const row = context.notifications.get(Number(entry.detail.notificationId));
  const verb = entry.detail.notificationKind === "resolution"
    ? "Told "
    : "Paged ";
  const ending = entry.detail.notificationKind === "resolution"
    ? [" that it is over"]
    : [];
  const words = [verb, ...recipient(entry, context), ...ending];
  if (!row) return { state: "done", words };
  const state = row.state === "failed" ? "bad" : "done";
  const became = outcome(row, context.view);
  return { state, words: [...words, row.error ? ": " : ", ", ...became] };
}

function recipient(
  { detail }: TimelineEntry,
  context: TellContext,
): Words {
  return [
    ...names([Number(detail.responderId)], context),
    ` by ${channelName(detail)}`,
    ...togetherWords(detail.bundleSize),
  ];
}

function names(
  ids: TimelineEntry["detail"][string] | undefined,
  { responders }: TellContext,
): Words {
  const list = Array.isArray(ids) ? ids : [];
  return strongNames(
    list.map((id) => responders.get(Number(id)) ?? "somebody who is gone"),
  );
}

/** Promises the name in bold; PagerPal itself where nobody did it. */
export function who(actor: Actor): Word {
  return { strong: actor.kind === "system" ? "PagerPal" : actor.name };
}

const VIA = {
  ui: "",
  api: " through the API",
  link: " from the link in the page",
  sms: " by SMS",
  whatsapp: " by WhatsApp",
  email: " by e-mail",
} as const;

function by(actor: Actor): Words {
  return [who(actor), actor.kind === "responder" ? VIA[actor.via] : ""];
}

function remark({ detail }: TimelineEntry): Words {
  return typeof detail.remark === "string"
    ? [": ", { said: detail.remark }]
    : [];
}

function why({ detail }: TimelineEntry): Words {
  return typeof detail.error === "string" ? [": ", { said: detail.error }] : [];
}

/** An old entry may lack what today's have: the story is told all the same. */
function timeWords(
  atMs: unknown,
  words: (atMs: number, view: Viewpoint) => string,
  view: Viewpoint,
): string {
  return typeof atMs === "number" ? words(atMs, view) : "later";
}

function again(round: number): string {
  return round > 0 ? `, time ${round + 1} through` : "";
}

function done(...words: Word[]): Told {
  return { state: "done", words };
}

function bad(...words: Word[]): Told {
  return { state: "bad", words };
}

function quiet(...words: Word[]): Told {
  return { state: "quiet", words };
}
