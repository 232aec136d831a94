/** The one list of channels. */
import type { ChannelKind } from "../domain/responders/people.ts";
import type { Observer } from "../ports/observer.ts";
import type { Channel } from "../ports/channel.ts";
import {
  type ChannelHealth,
  DEFAULTS,
  guardChannel,
  type GuardedChannel,
  type GuardOptions,
} from "./guard.ts";
import { type InfobipDeps, receiptUrl } from "./infobip_api.ts";
import { createInfobipSms } from "./infobip_sms.ts";
import {
  createInfobipWhatsApp,
  type InfobipWhatsAppOptions,
} from "./infobip_whatsapp.ts";
import { createProvider, type Provider } from "./provider.ts";
import { createSmtp, type MailTransport } from "./smtp.ts";
import type { SmtpOptions } from "./smtp_relay.ts";

/** What is configured; null for what is not. */
export interface ChannelsConfig {
  infobip: InfobipConfig | null;
  smtp: SmtpOptions | null;
}

export interface InfobipConfig {
  /** `https://<prefix>.api.infobip.com`. */
  baseUrl: string;
  apiKey: string;
  /** null leaves the channel out, here and below. */
  smsSender: string | null;
  whatsAppSender: string | null;
  /** null sends free text, which reaches only who wrote within the last 24 hours. */
  whatsAppTemplate: InfobipWhatsAppOptions["template"];
  /** PAGERPAL_BASE_URL and the receipt token; without both no delivery reports are asked for. */
  publicBaseUrl: string | null;
  receiptToken: string | null;
}

export interface ChannelsDeps extends InfobipDeps {
  /** Carries mails instead of connections to the relay. */
  openMail?: ((domain: string) => MailTransport) | undefined;
  /** Hears when a channel's circuit opens, is tried and closes. */
  onStateChange?: (channel: Channel, health: ChannelHealth) => void;
  /** Hears of what the providers answer, and of what they are not asked. */
  observer?: Pick<Observer, "attempted" | "refused">;
  /** Other limits than the usual ones, for all channels; `maxInFlight` is each provider's. */
  limits?: Omit<
    GuardOptions,
    "clock" | "provider" | "onStateChange" | "onAttempt" | "onRefusal"
  >;
}

/** Promises every channel that is configured, each provider within its own limits, so that none holds up another. */
export function createChannels(
  config: ChannelsConfig,
  deps: ChannelsDeps,
): Map<ChannelKind, GuardedChannel> {
  const channels = [
    ...infobip(config.infobip, deps),
    ...smtp(config.smtp, deps),
  ];
  const providers = new Map<string, Provider>();
  return new Map(
    channels.map((channel) => {
      const { kind, provider: name } = channel;
      const provider = providers.get(name) ??
        createProvider({ ...DEFAULTS, ...deps.limits, clock: deps.clock });
      providers.set(name, provider);
      return [kind, guarded(channel, provider, deps)];
    }),
  );
}

function guarded(
  channel: Channel,
  provider: Provider,
  deps: ChannelsDeps,
): GuardedChannel {
  const { limits, clock, observer } = deps;
  const name = { channel: channel.kind, provider: channel.provider };
  return guardChannel(channel, {
    ...limits,
    clock,
    provider,
    onStateChange: (health) => deps.onStateChange?.(channel, health),
    onAttempt: (outcome, durationMs) =>
      observer?.attempted({ ...name, outcome, durationMs }),
    onRefusal: (reason) => observer?.refused({ ...name, reason }),
  });
}

function infobip(
  config: InfobipConfig | null,
  deps: ChannelsDeps,
): Channel[] {
  if (config === null) return [];
  const { baseUrl, apiKey, smsSender, whatsAppSender } = config;
  const account = {
    baseUrl,
    apiKey,
    receiptUrl: receiptUrl(config.publicBaseUrl, config.receiptToken),
  };
  const channels: Channel[] = [];
  if (smsSender !== null) {
    channels.push(createInfobipSms({ ...account, sender: smsSender }, deps));
  }
  if (whatsAppSender !== null) {
    channels.push(createInfobipWhatsApp({
      ...account,
      sender: whatsAppSender,
      template: config.whatsAppTemplate,
    }, deps));
  }
  return channels;
}

function smtp(
  options: SmtpOptions | null,
  { openMail }: ChannelsDeps,
): Channel[] {
  return options === null ? [] : [createSmtp(options, openMail)];
}
