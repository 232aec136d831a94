/** What a notice says on each channel. Text from outside in it is data, cleaned and cut. */
import { cutAtWord, ONE_PART, septets, type ToAscii, toGsm7 } from "../gsm7.ts";
import { cleanLine, cleanText } from "../text.ts";

/** What the texts need to know; a channel's message has it all. */
export interface NoticeFacts {
  responderName: string;
  subject: string;
  text: string;
  link: string | null;
}

const MOST_SUBJECT = 180;
const MOST_TEXT = 2_000;
/** Less text than this beside a link is not worth its place. */
const LEAST_TEXT = 100;

/**
 * Promises one line of at most 160 septets of GSM-7: the text, cut at a word, and the link where both find room. A
 * notice asks for nothing that cannot wait, so it is never worth a second part.
 */
export function noticeSms(notice: NoticeFacts, toAscii: ToAscii): string {
  const text = toGsm7(cleanLine(notice.text, 500), toAscii);
  const tail = notice.link === null ? "" : ` ${notice.link}`;
  const room = ONE_PART - septets(tail);
  return room < LEAST_TEXT
    ? cutAtWord(text, ONE_PART)
    : cutAtWord(text, room) + tail;
}

/** Promises the text of a WhatsApp message on one or two lines. */
export function noticeWhatsApp({ text, link }: NoticeFacts): string {
  const line = cleanLine(text, 1_000);
  return link === null ? line : `${line}\n${link}`;
}

/**
 * Promises the values of the three placeholders of the template for pages: what, whose, the link. None is empty or holds
 * a line break; WhatsApp refuses both (Infobip, "Send WhatsApp template message").
 */
export function noticePlaceholders(
  { text, link }: NoticeFacts,
): [what: string, team: string, link: string] {
  // The template sets a full stop behind the first one itself.
  const what = cleanLine(text, 300).replace(/\.$/, "") || "Notice";
  return [what, "PagerPal", link === null ? "No answer is needed" : link];
}

/** A notice as mail, plain text, not yet escaped. */
export interface NoticeMail {
  subject: string;
  text: string;
  link: string | null;
  footer: string;
}

/** Promises what the mail says. */
export function noticeMail(notice: NoticeFacts): NoticeMail {
  const name = cleanLine(notice.responderName, 100) || "you";
  return {
    subject: cleanLine(notice.subject, MOST_SUBJECT) || "PagerPal",
    text: cleanText(notice.text, MOST_TEXT),
    link: notice.link,
    footer: `Sent to ${name} by PagerPal. This is no page: nothing rings.`,
  };
}

/** Promises the plain text part, lines ending in \n. */
export function noticePlainText({ text, link, footer }: NoticeMail): string {
  return [text, link ?? "", footer].filter((part) => part !== "")
    .join("\n\n") + "\n";
}
