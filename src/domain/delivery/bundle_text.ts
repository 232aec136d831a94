/** What a message about several incidents says on a telephone. Mail has its own file, bundle_mail.ts. */
import { compareSeverity, SEVERITIES, type Severity } from "../intake/alert.ts";
import { cutAtWord, roomFor, septets, type ToAscii, toGsm7 } from "../gsm7.ts";
import { durationText, type PageFacts, severityWord } from "./page_text.ts";
import { cleanLine } from "../text.ts";

/** Several incidents that one message is about. */
export interface BundleFacts<Incident = PageFacts["incident"]> {
  /** How many; at least 2. */
  count: number;
  worst: Severity;
  /** How many of them are as severe as the worst. */
  worstCount: number;
  /** The worst first, at most 10. */
  incidents: readonly Incident[];
}

/** A message's facts with a bundle among them. */
export type BundlePage = PageFacts & { bundle: BundleFacts };

/** A message names so many of its incidents, and the count of the rest. */
export const MOST_NAMED = 10;

/** The least of a title that is worth a text message, septets. */
const LEAST_TITLE = 12;
const MOST_TEAM = 24;
/** WhatsApp takes 1,024 characters of a template's body, its own words among them. */
const MOST_PLACEHOLDER = 600;

/** Promises the facts of these incidents. */
export function bundleOf<
  Incident extends Pick<PageFacts["incident"], "severity" | "id">,
>(
  incidents: readonly Incident[],
): BundleFacts<Incident> {
  const sorted = incidents.toSorted((a, b) =>
    compareSeverity(b.severity, a.severity) ||
    (a.id ?? 0) - (b.id ?? 0)
  );
  const worst = sorted[0]?.severity ?? SEVERITIES[0];
  return {
    count: sorted.length,
    worst,
    worstCount: sorted.filter((each) => each.severity === worst).length,
    incidents: sorted.slice(0, MOST_NAMED),
  };
}

/** Promises whether the message is about several incidents. */
export function isBundle<Page extends { bundle?: unknown }>(
  page: Page,
): page is Page & { bundle: BundleFacts } {
  return page.bundle !== undefined;
}

/** Promises the count and the worst, as `7 incidents, 2 critical`, `3 incidents, all warning`, `7 incidents resolved`. */
export function bundleCount({ kind, bundle }: BundlePage): string {
  const { count, worst, worstCount } = bundle;
  if (kind === "resolution") return `${count} incidents resolved`;
  const many = worstCount === count ? "all" : worstCount;
  return `${count} incidents, ${many} ${worst}`;
}

/**
 * Promises one line in the GSM-7 alphabet: the count, the worst one, link; as
 * `7 incidents, 2 critical. Worst: #1842: Checkout API: error rate above 20 % (Payments). Acknowledge: https://...`.
 *
 * At most 160 septets, as smsText() has it. Where the link is too long for that, the worst one is left out before a second
 * part is begun: the link's page names it.
 */
export function bundleSmsText(page: BundlePage, toAscii: ToAscii): string {
  const gsm = (text: string) => toGsm7(cleanLine(text, 300), toAscii);
  const count = bundleCount(page);
  const link = linkText(page);
  const { id, teamName } = page.incident;
  const head = `${count}. Worst #${id}: `;
  const title = gsm(page.incident.title) || "untitled";
  const team = cutAtWord(gsm(teamName), MOST_TEAM);
  for (const last of [team === "" ? "" : ` (${team})`, ""]) {
    const tail = `${last}. ${link}`;
    const room = roomFor(0) - septets(head) - septets(tail);
    if (room >= Math.min(septets(title), LEAST_TITLE)) {
      return head + cutAtWord(title, room) + tail;
    }
  }
  return `${count}. ${link}`;
}

/** Promises the text of a WhatsApp message: at most 1,500 characters, never empty. */
export function bundleWhatsAppText(page: BundlePage): string {
  const lines = page.bundle.incidents.map((each) => named(each, page.kind));
  const rest = restOf(page.bundle);
  return [
    `${bundleCount(page)}:`,
    ...lines,
    ...(rest === "" ? [] : [rest]),
    linkText(page),
  ].join("\n");
}

/** Promises the values of a WhatsApp template's placeholders, as whatsAppPlaceholders() in page_text.ts has them. */
export function bundlePlaceholders(
  page: BundlePage,
): [what: string, team: string, link: string] {
  const { bundle, kind } = page;
  let what = `${bundleCount(page)}:`;
  let left = bundle.count;
  for (const incident of bundle.incidents) {
    const next = `${what} ${named(incident, kind)};`;
    if (next.length > MOST_PLACEHOLDER) break;
    what = next;
    left--;
  }
  const rest = left === 0 ? "" : ` and ${left} more`;
  return [
    cleanLine(`${what.replace(/[;:]$/, "")}${rest}`, 1_000),
    teamNames(bundle),
    linkText(page),
  ];
}

/** Promises how many are not named, as `and 12 more`; empty for none. */
export function restOf({ count, incidents }: BundleFacts): string {
  const left = count - incidents.length;
  return left > 0 ? `and ${left} more` : "";
}

/** Promises the severity, or how long it lasted; the number; and the title, which is at most 70 characters. */
function named(
  { id, severity, title, openedAtMs, resolvedAtMs }: PageFacts["incident"],
  kind: PageFacts["kind"],
): string {
  const what = kind === "page"
    ? severityWord(severity)
    : `After ${durationText((resolvedAtMs ?? openedAtMs) - openedAtMs)}`;
  return `${what} #${id}: ${cleanLine(title, 70) || "untitled"}`;
}

/** Promises the names of the teams, each once, at most three and the count of the rest; never empty. */
export function teamNames({ incidents }: BundleFacts): string {
  const names = [
    ...new Set(
      incidents.map((each) => cleanLine(each.teamName, 40) || "unnamed"),
    ),
  ];
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function linkText({ acknowledgeUrl, incidentUrl }: PageFacts): string {
  return acknowledgeUrl === null
    ? `Details: ${incidentUrl}`
    : `Acknowledge: ${acknowledgeUrl}`;
}
