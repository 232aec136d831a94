/** The providers behind the channels, in words. */
import type { ProviderState } from "../deps.ts";
import { briefly } from "./duration.ts";
import { channelName } from "./notification_words.ts";
import { sentenceCase } from "./plural.ts";

export interface ProviderRow {
  channel: string;
  title: string;
  tone: "good" | "bad" | "plain";
  state: string;
  /** The last failure that was about the provider, with when; empty where there was none. */
  error: string;
}

const NEEDED: Record<ProviderState["channel"], string> = {
  sms: "INFOBIP_BASE_URL, INFOBIP_API_KEY and INFOBIP_SMS_SENDER",
  whatsapp: "INFOBIP_BASE_URL, INFOBIP_API_KEY and INFOBIP_WHATSAPP_SENDER",
  email: "SMTP_HOST and SMTP_FROM",
};

/** Promises the row of a channel. */
export function providerRow(state: ProviderState, nowMs: number): ProviderRow {
  const { channel, provider, lastError } = state;
  const name = sentenceCase(channelName({ channel }));
  return {
    channel,
    title: state.configured ? `${name} through ${provider}` : name,
    ...circuitWords(state, nowMs),
    error: lastError === null
      ? ""
      : `Last error ${briefly(nowMs - lastError.atMs)} ago: ${lastError.words}`,
  };
}

function circuitWords(
  { channel, configured, circuit, lastSentAtMs, provider }: ProviderState,
  nowMs: number,
): Pick<ProviderRow, "tone" | "state"> {
  if (!configured) {
    return { tone: "plain", state: `Not set up. Set ${NEEDED[channel]}.` };
  }
  switch (circuit) {
    case "open":
      return {
        tone: "bad",
        state:
          `${provider} failed several times in a row and is left alone for a few seconds.`,
      };
    case "half-open":
      return { tone: "bad", state: `One message is trying ${provider} again.` };
    case "closed":
      return {
        tone: "good",
        state: lastSentAtMs === null
          ? "Set up. This process has sent nothing yet."
          : `Working. The last message left ${
            briefly(nowMs - lastSentAtMs)
          } ago.`,
      };
  }
}
