/**
 * What a page says on a telephone. Pure: text from outside is data here, cleaned and cut, never trusted to be short or
 * tidy. Mail has its own file, mail_text.ts.
 */
import type { Severity } from "../intake/alert.ts";
import { cutAtWord, roomFor, septets, type ToAscii, toGsm7 } from "../gsm7.ts";
import type { NotificationKind } from "./notification.ts";
import { cleanLine } from "../text.ts";

/** What the texts need to know; a channel's message has it all. */
export interface PageFacts {
  kind: NotificationKind;
  responderName: string;
  incident: {
    /** null where the page is a test and for no incident. */
    id: number | null;
    title: string;
    description: string;
    severity: Severity;
    teamName: string;
    sourceName: string;
    openedAtMs: number;
    resolvedAtMs: number | null;
    alertCount: number;
    isTest: boolean;
  };
  /** null where there is nothing to acknowledge. */
  acknowledgeUrl: string | null;
  incidentUrl: string;
}

/** The least of a title that is worth a text message; for less the message goes over into a second part. */
const LEAST_TITLE = 12;
const MOST_TEAM = 24;

/**
 * Promises one line in the GSM-7 alphabet: severity, number, title, team, how to acknowledge, link; as
 * `Critical #1842: Checkout API: error rate above 20 % (Payments). Acknowledge: https://...`.
 *
 * At most 160 septets: the title is cut at a word, the number and the link never. Only where the link leaves fewer than
 * 12 septets for the title does the message go over into as many parts as it needs, because a link in two halves is
 * worth less than a second part costs. Links of up to 60 characters always fit in one.
 */
export function smsText(page: PageFacts, toAscii: ToAscii): string {
  const gsm = (text: string) => toGsm7(cleanLine(text, 300), toAscii);
  const title = gsm(page.incident.title) || "untitled";
  const team = cutAtWord(gsm(page.incident.teamName), MOST_TEAM);
  const head = `${opening(page)}: `;
  const tail = `${team === "" ? "" : ` (${team})`}. ${linkText(page)}`;
  const fixed = septets(head) + septets(tail);
  const least = Math.min(septets(title), LEAST_TITLE);
  return head + cutAtWord(title, roomFor(fixed + least) - fixed) + tail;
}

/** Promises the text of a WhatsApp message: at most 1,500 characters on three or four lines, never empty. */
export function whatsAppText(page: PageFacts): string {
  return [
    headline(page),
    `Team: ${teamName(page)}`,
    linkText(page),
  ].join("\n");
}

/**
 * Promises the values of a WhatsApp template's three placeholders: what, which team, the link with what it does. None is
 * empty or holds a line break, a tab or two blanks in a row; WhatsApp refuses all of these (Infobip, "Send WhatsApp
 * template message").
 */
export function whatsAppPlaceholders(
  page: PageFacts,
): [what: string, team: string, link: string] {
  return [headline(page), teamName(page), linkText(page)];
}

/** Promises one line, as `Critical #1842: Checkout API: error rate above 20 %`; the title at most 300 characters. */
export function headline(page: PageFacts): string {
  const title = cleanLine(page.incident.title, 300) || "untitled";
  return `${opening(page)}: ${title}`;
}

/** Promises the severity as a sentence begins. */
export function severityWord(severity: Severity): string {
  return severity.slice(0, 1).toUpperCase() + severity.slice(1);
}

/** Promises a length of time in at most two units, rounded down: `40 s`, `27 min`, `2 h 5 min`, `3 d`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? twoUnits([hours, "h"], [minutes % 60, "min"])
    : twoUnits([Math.floor(hours / 24), "d"], [hours % 24, "h"]);
}

/** Promises how long the incident was open, or null while it is. */
export function openFor(page: PageFacts): string | null {
  const { openedAtMs, resolvedAtMs } = page.incident;
  return resolvedAtMs === null ? null : durationText(resolvedAtMs - openedAtMs);
}

function opening(page: PageFacts): string {
  const { id, severity, isTest } = page.incident;
  const test = isTest ? "Test: " : "";
  const number = id === null ? "" : ` #${id}`;
  if (page.kind === "page") return `${test}${severityWord(severity)}${number}`;
  const lasted = openFor(page);
  return `${test}Resolved${number}${lasted === null ? "" : ` after ${lasted}`}`;
}

function linkText(page: PageFacts): string {
  return page.acknowledgeUrl === null
    ? `Details: ${page.incidentUrl}`
    : `Acknowledge: ${page.acknowledgeUrl}`;
}

function teamName(page: PageFacts): string {
  return cleanLine(page.incident.teamName, 100) || "unnamed";
}

type Count = [count: number, unit: string];

function twoUnits(large: Count, small: Count): string {
  const text = `${large[0]} ${large[1]}`;
  return small[0] === 0 ? text : `${text} ${small[0]} ${small[1]}`;
}
