/** How somebody is reached, as their own page and the account page show it. */
import { mayChangeContacts } from "../../app/responders/contact_rights.ts";
import type { ContactMethod } from "../../domain/responders/people.ts";
import type { WebDeps } from "../deps.ts";
import { channelName } from "../view/notification_words.ts";
import { sentenceCase } from "../view/plural.ts";
import { planWords } from "../view/policies/ladder_sentence.ts";
import { isConfigured, reachWords } from "../view/reach_words.ts";
import type { Viewer } from "../viewer.ts";

/** Promises the view of the template `parts/contacts`. */
export async function contactsView(
  deps: WebDeps,
  responderId: number,
  viewer: Viewer,
) {
  const { store } = deps;
  const working = deps.providers();
  const [reachable] = await store.responders.reachable([responderId]);
  const methods = reachable?.contactMethods ?? [];
  const pending = await store.verifications
    .listPending(methods.map(({ id }) => id), viewer.view.nowMs);
  const mayChange = mayChangeContacts(viewer, responderId);
  return {
    path: `/responders/${responderId}`,
    mayChange,
    pagesMe: mayChange && responderId === viewer.responderId &&
      deps.config.sendingEnabled && methods.some(({ enabled }) => enabled),
    reach: reachWords(methods, working),
    methods: await Promise.all(methods.map(async (method) => ({
      ...method,
      name: await methodName(method),
      note: noteOf(method, isConfigured(method.channel, working)),
      testable: whyNotSent(method, deps) === "",
      verified: method.verifiedAtMs !== null,
      codeSent: pending.some((one) => one.contactMethodId === method.id),
    }))),
    plans: reachable ? planWords(reachable) : [],
    hasRules: (reachable?.contactRules.length ?? 0) > 0,
  };
}

/** Promises what a contact method is called in a sentence: "SMS to +44 7700 900123 (Night phone)". */
export async function methodName(
  { channel, address, label }: Pick<
    ContactMethod,
    "channel" | "address" | "label"
  >,
): Promise<string> {
  const name = sentenceCase(channelName({ channel }));
  const to = await addressWords({ channel, address });
  return `${name} to ${to}${label === "" ? "" : ` (${label})`}`;
}

/** Promises a phone number in groups, as "+44 7700 900123" (ITU-T E.123), and an e-mail address as it is. */
export async function addressWords(
  { channel, address }: Pick<ContactMethod, "channel" | "address">,
): Promise<string> {
  if (channel === "email") return address;
  // A hundred modules that a start does without.
  const { parsePhoneNumberFromString } = await import("libphonenumber-js");
  return parsePhoneNumberFromString(address)?.formatInternational() ?? address;
}

/** Promises why nothing can be sent there now, a sentence; empty where it can. */
export function whyNotSent(
  { channel }: Pick<ContactMethod, "channel">,
  { providers, config }: Pick<WebDeps, "providers" | "config">,
): string {
  if (!config.sendingEnabled) {
    return "Sending is switched off on this server (NOTIFICATION_SENDING_ENABLED is false), so no code leaves.";
  }
  return isConfigured(channel, providers())
    ? ""
    : `No provider is set up for ${
      channelName({ channel })
    } on this server, so no code leaves.`;
}

function noteOf({ enabled }: ContactMethod, configured: boolean): string {
  if (!enabled) return "Switched off";
  return configured ? "" : "No provider is set up";
}
