/** Whether and how somebody can be reached, in words. */
import type {
  ChannelKind,
  ContactMethod,
} from "../../domain/responders/people.ts";
import { channelName } from "./notification_words.ts";
import { listed } from "./plural.ts";

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
