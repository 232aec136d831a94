/** How somebody is reached, as their own page and the account page show it. */
import { mayChangeContacts } from "../app/contact_rights.ts";
import type { ContactMethod } from "../domain/people.ts";
import type { WebDeps } from "./deps.ts";
import { channelName } from "./view/notification_words.ts";
import { sentenceCase } from "./view/plural.ts";
import { isConfigured, planWords, reachWords } from "./view/reach_words.ts";
import type { Viewer } from "./viewer.ts";

/** Promises the view of the template `parts/contacts`. */
export async function contactsView(
  { store, providers, config }: WebDeps,
  responderId: number,
  viewer: Viewer,
) {
  const working = providers();
  const [reachable] = await store.responders.reachable([responderId]);
  const methods = reachable?.contactMethods ?? [];
  return {
    path: `/responders/${responderId}`,
    mayChange: mayChangeContacts(viewer, responderId),
    reach: reachWords(methods, working),
    methods: methods.map((method) => ({
      ...method,
      name: methodName(method),
      note: noteOf(method, isConfigured(method.channel, working)),
      testable: config.sendingEnabled && isConfigured(method.channel, working),
    })),
    plans: reachable ? planWords(reachable) : [],
    hasRules: (reachable?.contactRules.length ?? 0) > 0,
  };
}

/** Promises what a contact method is called in a sentence: "SMS to +44 7700 900123 (Night phone)". */
export function methodName(
  { channel, address, label }: Pick<
    ContactMethod,
    "channel" | "address" | "label"
  >,
): string {
  const name = sentenceCase(channelName({ channel }));
  return `${name} to ${address}${label === "" ? "" : ` (${label})`}`;
}

function noteOf({ enabled }: ContactMethod, configured: boolean): string {
  if (!enabled) return "Switched off";
  return configured ? "" : "No provider is set up";
}
