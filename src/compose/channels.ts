/** The channels as the settings have them. */
import { getLogger } from "@logtape/logtape";
import { type ChannelsConfig, createChannels } from "../channels/channels.ts";
import type { GuardedChannel } from "../channels/guard.ts";
import type { Config } from "../config.ts";
import type { ChannelKind } from "../domain/responders/people.ts";
import type { ChannelState } from "../monitoring/metrics.ts";
import type { Observer } from "../ports/observer.ts";
import type { Outside } from "./outside.ts";

const log = getLogger(["pagerpal"]);

/** In flight to a provider besides its pages: two notices, and codes and test pages that somebody waits for. */
const BESIDE_PAGES = 4;

/** Promises each channel that is set up, guarded; the observer hears when its circuit opens. */
export function composeChannels(
  { config, clock, fetch, openMail }: Outside,
  observer: Observer,
): Map<ChannelKind, GuardedChannel> {
  return createChannels(channelsConfig(config), {
    fetch,
    openMail,
    clock,
    observer,
    limits: { maxInFlight: config.notificationConcurrency + BESIDE_PAGES },
    onStateChange({ kind: channel, provider }, { state, lastError }) {
      if (state === "open") observer.circuitOpened({ channel, provider });
      log.warn("The circuit of {provider} ({channel}) is {state}", {
        ...{ channel, provider, state, lastError },
      });
    },
  });
}

/** Promises how the channel is, for the metrics. */
export function channelState(channel: GuardedChannel): ChannelState {
  const { state, inFlight } = channel.health();
  return { channel: channel.kind, provider: channel.provider, state, inFlight };
}

/** Promises what the channels are made from. */
export function channelsConfig(config: Config): ChannelsConfig {
  const { infobip, smtp } = config;
  return {
    infobip: infobip && {
      baseUrl: infobip.baseUrl,
      apiKey: infobip.apiKey,
      smsSender: infobip.smsSender,
      whatsAppSender: infobip.whatsappSender,
      whatsAppTemplate: infobip.whatsappTemplate === null ? null : {
        name: infobip.whatsappTemplate,
        language: infobip.whatsappTemplateLanguage,
      },
      publicBaseUrl: config.baseUrl,
      receiptToken: config.infobipReceiptToken,
    },
    smtp,
  };
}
