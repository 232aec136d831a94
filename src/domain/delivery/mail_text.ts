/** What a page says in a mail: the facts once, and their plain form. The HTML form is a template over the same facts. */
import {
  headline,
  openFor,
  type PageFacts,
  severityWord,
} from "./page_text.ts";
import { cleanLine, cleanText } from "../text.ts";

/** A mail's content before it has a form. All of it is plain text, not yet escaped. */
export interface MailContent {
  /** Constant over the life of the incident and with its number, so that mail programs keep one thread for it. */
  subject: string;
  headline: string;
  /** The severity, or `Resolved`. */
  label: string;
  tone: "critical" | "error" | "warning" | "info" | "resolved";
  /** Sentences, in order. */
  lines: string[];
  /** The incidents of a bundle, and words for those that are not listed; missing where there is one incident. */
  list?: { items: { text: string; url: string }[]; rest: string };
  action: { label: string; url: string } | null;
  incidentUrl: string;
  /** What the monitoring system says, up to 4,000 characters with line breaks; may be empty. */
  description: string;
  footer: string;
}

/** Gmail cuts off a mail of about 100 KB; a page is read on a telephone anyway. */
const MOST_DESCRIPTION = 4_000;

/** Promises the content of a page's or a resolution's mail. */
export function mailContent(page: PageFacts): MailContent {
  const { incident } = page;
  const resolved = page.kind === "resolution";
  return {
    subject: mailSubject(page),
    headline: headline(page),
    label: resolved ? "Resolved" : severityWord(incident.severity),
    tone: resolved ? "resolved" : incident.severity,
    lines: sentences(page),
    action: page.acknowledgeUrl === null
      ? null
      : { label: "Acknowledge", url: page.acknowledgeUrl },
    incidentUrl: page.incidentUrl,
    description: cleanText(incident.description, MOST_DESCRIPTION),
    footer: mailFooter(page),
  };
}

/** Promises the plain text part, lines ending in \n. */
export function mailPlainText(content: MailContent): string {
  const links = [
    ...(content.action === null
      ? []
      : [`${content.action.label}: ${content.action.url}`]),
    `Details: ${content.incidentUrl}`,
  ];
  const paragraphs = [
    content.headline,
    content.lines.join("\n"),
    listed(content).join("\n"),
    links.join("\n"),
    content.description,
    content.footer,
  ];
  return paragraphs.filter((each) => each !== "").join("\n\n") + "\n";
}

function listed({ list }: MailContent): string[] {
  if (!list) return [];
  const items = list.items.map(({ text }) => `- ${text}`);
  return list.rest === "" ? items : [...items, list.rest];
}

function mailSubject(page: PageFacts): string {
  const { id, isTest } = page.incident;
  const title = cleanLine(page.incident.title, 180) || "untitled";
  const number = id === null ? "" : `[#${id}] `;
  return `${number}${isTest ? "Test: " : ""}${title}`;
}

function sentences(page: PageFacts): string[] {
  const { incident } = page;
  const team = cleanLine(incident.teamName, 100) || "unnamed";
  const source = cleanLine(incident.sourceName, 100);
  const lines = [
    ...(incident.isTest ? ["This is a test; nothing is wrong."] : []),
    `Team ${team}${source === "" ? "" : `, reported by ${source}`}.`,
    `Opened ${instant(incident.openedAtMs)}.`,
  ];
  const lasted = openFor(page);
  if (incident.resolvedAtMs !== null && lasted !== null) {
    lines.push(`Resolved ${instant(incident.resolvedAtMs)}, after ${lasted}.`);
  }
  if (incident.alertCount > 1) {
    lines.push(`Alerts received: ${incident.alertCount}.`);
  }
  return lines;
}

/** Promises the words on whom the mail is for. */
export function mailFooter(page: PageFacts): string {
  const name = cleanLine(page.responderName, 100) || "you";
  return page.acknowledgeUrl === null
    ? `Sent to ${name}, who was paged for this incident.`
    : `Sent to ${name}. Whoever opens the Acknowledge link acts as ${name}; please do not forward it.`;
}

/** In UTC: the reader's zone is not known here, and a zone that is named cannot mislead. */
function instant(ms: number): string {
  const text = Temporal.Instant.fromEpochMilliseconds(ms).toString({
    smallestUnit: "minute",
  });
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}
