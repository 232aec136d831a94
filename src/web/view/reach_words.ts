/** Whether and how somebody can be reached, in words. */
import { URGENCIES, type Urgency } from "../../domain/alert.ts";
import { planContacts } from "../../domain/contact_rules.ts";
import type {
  ChannelKind,
  ContactMethod,
  ReachableResponder,
} from "../../domain/people.ts";
import { duration } from "./duration.ts";
import { channelName } from "./notification_words.ts";
import { listed, sentenceCase } from "./plural.ts";

/** Which channels have a provider. */
export type Working = readonly { channel: ChannelKind; configured: boolean }[];

export interface ReachWords {
  ok: boolean;
  text: string;
}

/** Promises "By SMS and e-mail", or why not. */
export function reachWords(
  methods: readonly Pick<ContactMethod, "channel" | "enabled">[],
  working: Working,
): ReachWords {
  const no = (why: string) => ({ ok: false, text: `Not reachable: ${why}` });
  if (methods.length === 0) return no("no contact method");
  const enabled = methods.filter((method) => method.enabled);
  if (enabled.length === 0) return no("every contact method is switched off");
  const channels = [...new Set(enabled.map(({ channel }) => channel))];
  const usable = channels.filter((kind) => isConfigured(kind, working));
  if (usable.length === 0) {
    const names = listed(channels.map((channel) => channelName({ channel })));
    return no(`no provider is set up for ${names}`);
  }
  const names = usable.map((channel) => channelName({ channel }));
  return { ok: true, text: `By ${listed(names)}` };
}

/** Promises whether a provider is set up for the channel. */
export function isConfigured(kind: ChannelKind, working: Working): boolean {
  return working.some(({ channel, configured }) =>
    channel === kind && configured
  );
}

const URGENCY_WORDS: Record<Urgency, string> = {
  high: "Critical and error",
  low: "Warning and info",
};

/** Promises the urgency as the severities that it stands for. */
export function urgencyWords(urgency: Urgency): string {
  return URGENCY_WORDS[urgency];
}

/** Promises for each urgency what a page would do, as "SMS at once, e-mail after 5 min". */
export function planWords(
  responder: ReachableResponder,
): { term: string; text: string }[] {
  return URGENCIES.map((urgency) => {
    const planned = planContacts(responder, urgency, 0);
    const steps = planned.map(({ contactMethod, dueAtMs }) => {
      const name = contactMethod.label || channelName(contactMethod);
      return dueAtMs === 0
        ? `${name} at once`
        : `${name} after ${duration(dueAtMs)}`;
    });
    const text = steps.length === 0
      ? "nothing is sent"
      : sentenceCase(steps.join(", "));
    return { term: urgencyWords(urgency), text };
  });
}
