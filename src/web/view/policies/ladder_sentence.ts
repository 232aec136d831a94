/** What a page to somebody does, in words, from the same plan that pages them. */
import { URGENCIES, type Urgency } from "../../../domain/intake/alert.ts";
import {
  planContacts,
  type PlannedContact,
} from "../../../domain/responders/contact_rules.ts";
import type {
  ContactMethod,
  ReachableResponder,
} from "../../../domain/responders/people.ts";
import { duration } from "../duration.ts";
import { channelName } from "../notification_words.ts";
import { listed, sentenceCase } from "../plural.ts";

const URGENCY_WORDS: Record<Urgency, string> = {
  high: "Critical and error",
  low: "Warning and info",
};

const EXAMPLES: Record<Urgency, string> = {
  high: "A critical alert at 03:00",
  low: "A warning at 03:00",
};

/** Promises the urgency as the severities that it stands for. */
export function urgencyWords(urgency: Urgency): string {
  return URGENCY_WORDS[urgency];
}

/** Promises for each urgency what a page would do, as "SMS at once, e-mail after 5 min". */
export function planWords(
  responder: ReachableResponder,
): { term: string; text: string }[] {
  return URGENCIES.map((urgency) => ({
    term: urgencyWords(urgency),
    text: sentenceCase(steps(responder, urgency)),
  }));
}

/** Promises one sentence, as "A critical alert at 03:00: SMS at once, SMS again after 1 min, e-mail after 5 min." */
export function exampleWords(
  responder: ReachableResponder,
  urgency: Urgency,
): string {
  return `${EXAMPLES[urgency]}: ${steps(responder, urgency)}.`;
}

/** Promises when a contact method is used, as "at once, again after 1 min and 2 min". */
export function timesWords(afterMs: readonly number[]): string {
  const [first = 0, ...again] = afterMs;
  const begins = first === 0 ? "at once" : `after ${duration(first)}`;
  if (again.length === 0) return begins;
  return `${begins}, again after ${listed(again.map(duration), 9)}`;
}

function steps(responder: ReachableResponder, urgency: Urgency): string {
  const planned = planContacts(responder, urgency, 0);
  if (planned.length === 0) return "nothing is sent";
  const used = new Set<number>();
  const groups: string[] = [];
  for (const group of atOneTime(planned)) {
    const names = group.map(({ contactMethod }) => {
      const again = used.has(contactMethod.id) ? " again" : "";
      used.add(contactMethod.id);
      return nameAmong(responder.contactMethods, contactMethod) + again;
    });
    const afterMs = group[0]?.dueAtMs ?? 0;
    const when = afterMs === 0 ? "at once" : `after ${duration(afterMs)}`;
    groups.push(`${listed(names, 20)} ${when}`);
  }
  return groups.join(", ");
}

function atOneTime(planned: readonly PlannedContact[]): PlannedContact[][] {
  return [...Map.groupBy(planned, ({ dueAtMs }) => dueAtMs).values()];
}

/** The label, or the channel; with the address where that would not tell it from another one. */
function nameAmong(
  methods: readonly ContactMethod[],
  method: ContactMethod,
): string {
  const name = (one: ContactMethod) => one.label || channelName(one);
  const alike = methods.filter((one) =>
    one.enabled && name(one) === name(method)
  );
  return alike.length > 1
    ? `${name(method)} to ${method.address}`
    : name(method);
}
