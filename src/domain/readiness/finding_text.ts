/** A finding as a sentence that says what is wrong and what to do. Pure; the names in it are data from outside. */
import type { Duty, Finding, SkippingPolicy } from "./finding.ts";
import type { ChannelKind } from "../responders/people.ts";
import type { Stretch } from "../time/weekly_windows.ts";

/** Plain text, and names set apart, so that each medium can show them in its own way. */
export type Sentence = readonly (string | { strong: string })[];

/** From where it is told. */
export interface Telling {
  /** IANA name, for the times in it. */
  timeZone: string;
  fromMs: number;
  toMs: number;
}

/** Promises the sentence. */
export function findingSentence(finding: Finding, telling: Telling): Sentence {
  const name = { strong: finding.subject.name };
  const when = "stretches" in finding
    ? stretchesText(finding.stretches, telling) + severitiesText(finding)
    : "";
  switch (finding.code) {
    case "sending_off":
      return [
        "Sending is switched off, so that nobody is paged. Set NOTIFICATION_SENDING_ENABLED to true.",
      ];
    case "policy_reaches_nobody":
      return [
        name,
        ` reaches nobody ${when}, and nobody is left as the last resort. Name somebody who can be reached.`,
      ];
    case "no_last_resort":
      return [
        "When nobody answers ",
        name,
        `, nobody is left to page ${when}. Give it a fallback.`,
      ];
    case "only_last_resort":
      return [
        name,
        ` pages nobody by its steps ${when}: pages go to the last resort at once, `,
        ...people(finding.people),
        ". Put somebody who can be reached on a step that applies then.",
      ];
    case "step_reaches_nobody":
      return [
        `Step ${finding.step + 1} of `,
        name,
        ` reaches nobody ${when} and is skipped. Name somebody who can be reached.`,
      ];
    case "no_fallback":
      return [
        name,
        " names no fallback. When nobody answers, ",
        finding.from === "team"
          ? "its team is paged: "
          : "the admins are paged: ",
        ...people(finding.people),
        ".",
      ];
    case "schedule_gap":
      return [
        "Nobody is on call on ",
        name,
        ` ${when}. `,
        ...hit(finding.policies),
        "Put somebody on call.",
      ];
    case "schedule_unused":
      return [
        "No policy uses ",
        name,
        ", so that it pages nobody. Put it on a step of a policy, or delete it.",
      ];
    default:
      return [name, ...personText(finding, telling)];
  }
}

function severitiesText(finding: Finding): string {
  if (!("severities" in finding) || finding.severities.length === 0) return "";
  return `, for incidents of severity ${listed(finding.severities)}`;
}

type PersonFinding = Extract<Finding, { duty: Duty }>;

function personText(finding: PersonFinding, telling: Telling): Sentence {
  const duty = dutyText(finding, telling);
  switch (finding.code) {
    case "no_contact_method":
      return [
        ...duty,
        " and has no contact method that is switched on. Add one.",
      ];
    case "no_provider":
      return [
        ...duty,
        ` and can be paged by ${
          listed(finding.channels.map((one) => CHANNEL_NAMES[one]))
        } only, for which no provider is set up. Set one up, or add another contact method.`,
      ];
    case "deliveries_failed":
      return [
        ...duty,
        `, and the last message to them failed (${
          timeText(finding.lastAtMs, telling)
        }). Check their contact methods and send a test.`,
      ];
    case "not_verified":
      return [
        ...duty,
        ", and nobody has shown that pages reach them. Verify a contact method.",
      ];
    case "account_disabled":
      return [
        ...duty,
        ", and their login is switched off: they are paged and cannot log in. Switch it on, or put somebody else in their place.",
      ];
  }
}

const CHANNEL_NAMES: Record<ChannelKind, string> = {
  sms: "SMS",
  whatsapp: "WhatsApp",
  email: "e-mail",
};

function dutyText({ duty, atMs }: PersonFinding, telling: Telling): Sentence {
  if (duty.kind === "policy") return [" is on ", { strong: duty.name }];
  const since = atMs <= telling.fromMs
    ? ""
    : ` from ${timeText(atMs, telling)} on`;
  return [" is on call on ", { strong: duty.name }, since];
}

function hit(policies: readonly SkippingPolicy[]): Sentence {
  if (policies.length === 0) return ["No policy uses it. "];
  const verb = policies.length === 1 ? " skips" : " skip";
  const [only] = policies;
  const steps = policies.length === 1 && only?.steps.length === 1
    ? `step ${(only.steps[0] ?? 0) + 1}`
    : "it";
  return [
    ...people(policies.map((policy) => policy.name)),
    `${verb} ${steps} then. `,
  ];
}

const MOST_NAMES = 4;

/** "**a**, **b** and 3 more". */
function people(names: readonly string[]): Sentence {
  const shown = names.length > MOST_NAMES
    ? names.slice(0, MOST_NAMES - 1)
    : names;
  const rest = names.length - shown.length;
  const parts: Sentence[] = shown.map((name) => [{ strong: name }]);
  if (rest > 0) parts.push([`${rest} more`]);
  return parts.flatMap((part, index) =>
    index === 0 ? part : [index === parts.length - 1 ? " and " : ", ", ...part]
  );
}

function listed(words: readonly string[]): string {
  return words.length < 2
    ? words.join()
    : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Promises when, as "from Sat 28 Nov 22:00 to Sun 29 Nov 06:00 and 2 more times". */
export function stretchesText(
  stretches: readonly Stretch[],
  telling: Telling,
): string {
  const [first] = stretches;
  if (!first) return "";
  const rest = stretches.length - 1;
  const more = rest === 0
    ? ""
    : ` and ${rest} more ${rest === 1 ? "time" : "times"}`;
  return stretchText(first, telling) + more;
}

function stretchText(
  { startsAtMs, endsAtMs }: Stretch,
  telling: Telling,
): string {
  const fromNow = startsAtMs <= telling.fromMs;
  const toTheEnd = endsAtMs >= telling.toMs;
  const days = Math.round((telling.toMs - telling.fromMs) / DAY_MS);
  if (fromNow && toTheEnd) {
    return `in the next ${days === 1 ? "day" : `${days} days`}`;
  }
  if (fromNow) return `now and until ${timeText(endsAtMs, telling)}`;
  const start = `from ${timeText(startsAtMs, telling)}`;
  return toTheEnd
    ? `${start} on`
    : `${start} to ${timeText(endsAtMs, telling)}`;
}

const DAY_MS = 86_400_000;

// Making a format costs a hundred times what using one does. As many as there are zones.
const formats = new Map<string, Intl.DateTimeFormat>();

/** "Sat 28 Nov 22:00". */
function timeText(atMs: number, { timeZone }: Telling): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(timeZone, format);
  }
  return format.format(atMs).replaceAll(",", "");
}

/** Promises the sentence as plain text. */
export function plainSentence(sentence: Sentence): string {
  return sentence.map((part) => typeof part === "string" ? part : part.strong)
    .join("");
}

/** Promises the path of the page where it is mended. */
export function findingPath({ code, subject }: Finding): string {
  const { kind, id } = subject;
  if (kind === "service" || id === null) return "/settings";
  if (code === "no_provider") return "/settings";
  return `${PATHS[kind]}/${id}`;
}

const PATHS = {
  policy: "/escalation-policies",
  schedule: "/schedules",
  responder: "/responders",
} as const;
