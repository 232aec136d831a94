/** Whether a person who is on call, or whom a policy pages, can be reached. */
import type { Finding, Gravity, Wrong } from "./finding.ts";
import type {
  ChannelKind,
  ContactMethod,
  ReachableResponder,
} from "../responders/people.ts";
import type { Stake } from "./policy_moments.ts";

/** What became of a message that was sent. */
export interface LastDelivery {
  /** An undeliverable receipt, or an error that no further try could mend. */
  failed: boolean;
  /** Where it went; the contact method may have another address by now. */
  address: string;
  atMs: number;
}

/** So many messages that have failed one after another say that the next one will, too. */
export const FAILED_IN_A_ROW = 3;

export interface PersonInput {
  /** Channels with a provider. */
  channels: ReadonlySet<ChannelKind>;
  /** Of each contact method the last ones, newest first, at most FAILED_IN_A_ROW. */
  lastDeliveries: ReadonlyMap<number, readonly LastDelivery[]>;
  /** Responders whose login is switched off. */
  switchedOff: ReadonlySet<number>;
}

/** A stake that counts: `paged` is false for a schedule that no policy uses. */
export type Concern = Omit<Stake, "responderId"> & { paged: boolean };

/** Promises the worst that keeps pages from reaching the person, and whether they could log in. */
export function checkPerson(
  person: ReachableResponder,
  concern: Concern,
  input: PersonInput,
): Finding[] {
  const { id, name } = person;
  const { atMs, duty, paged } = concern;
  const findingOf = (wrong: Wrong, gravity: Gravity): Finding => ({
    ...wrong,
    gravity: paged ? gravity : "worth_knowing",
    subject: { kind: "responder", id, name },
    atMs,
  });
  const lost = unreached(person, concern, input);
  return [
    ...lost ? [findingOf(lost, GRAVITY[lost.code] ?? "may_fail")] : [],
    ...input.switchedOff.has(id)
      ? [findingOf({ code: "account_disabled", duty }, "worth_knowing")]
      : [],
  ];
}

const GRAVITY: Partial<Record<Wrong["code"], Gravity>> = {
  no_contact_method: "will_fail",
  no_provider: "will_fail",
};

function unreached(
  { contactMethods }: ReachableResponder,
  { duty }: Concern,
  { channels, lastDeliveries }: PersonInput,
): Wrong | null {
  const enabled = contactMethods.filter((method) => method.enabled);
  if (enabled.length === 0) return { code: "no_contact_method", duty };
  const usable = enabled.filter(({ channel }) => channels.has(channel));
  if (usable.length === 0) {
    const wanted = [...new Set(enabled.map(({ channel }) => channel))];
    return { code: "no_provider", duty, channels: wanted };
  }
  const lastAtMs = failedAtMs(usable, lastDeliveries);
  if (lastAtMs !== null) return { code: "deliveries_failed", duty, lastAtMs };
  return usable.some(isVerified) ? null : { code: "not_verified", duty };
}

/** When the last message failed, if the last one on every method has, or the last few on whatever method. */
function failedAtMs(
  methods: readonly ContactMethod[],
  lastDeliveries: PersonInput["lastDeliveries"],
): number | null {
  const own = methods.map((method) =>
    (lastDeliveries.get(method.id) ?? [])
      .filter((delivery) => says(delivery, method))
  );
  const newestFirst = own.flat().toSorted((a, b) => b.atMs - a.atMs);
  const [newest] = newestFirst;
  if (!newest) return null;
  const lastOfEach = own.every(([last]) => last?.failed ?? false);
  const latest = newestFirst.slice(0, FAILED_IN_A_ROW);
  const inARow = latest.length === FAILED_IN_A_ROW &&
    latest.every(({ failed }) => failed);
  return lastOfEach || inARow ? newest.atMs : null;
}

/** Another address since, or a proof since that the address works: the old message says nothing any more. */
function says({ address, atMs }: LastDelivery, method: ContactMethod): boolean {
  return address === method.address && atMs > (method.verifiedAtMs ?? 0);
}

function isVerified(method: ContactMethod): boolean {
  return method.verifiedAtMs !== null;
}
