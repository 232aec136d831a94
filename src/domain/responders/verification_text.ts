/** What the message with a code says on each channel. Pure, as page_text.ts; the only name in it is cleaned and cut. */
import { cleanLine } from "../text.ts";

/** What the texts need to know. */
export interface CodeFacts {
  /** Six digits. */
  code: string;
  validMinutes: number;
  responderName: string;
}

/** A mail with a code before it has a form. Plain text, not yet escaped. */
export interface CodeMail {
  /** Without the code: subjects are shown on locked screens and kept in the logs of mail servers. */
  subject: string;
  greeting: string;
  code: string;
  lines: string[];
}

const IGNORE = "If you did not ask for it, ignore this message.";

/** Promises one line in the GSM-7 alphabet of at most 160 septets, the code first, where telephones look for it. */
export function codeSmsText({ code, validMinutes }: CodeFacts): string {
  return `${code} is your PagerPal code. It shows that pages reach you here, and works for ${validMinutes} minutes. ${IGNORE}`;
}

/** Promises the text of a WhatsApp message. */
export function codeWhatsAppText(facts: CodeFacts): string {
  return codeSmsText(facts);
}

/** Promises the content of the mail. */
export function codeMail(
  { code, validMinutes, responderName }: CodeFacts,
): CodeMail {
  return {
    subject: "Your code for PagerPal",
    greeting: `Hello ${cleanLine(responderName, 100) || "there"},`,
    code,
    lines: [
      `Type this code into PagerPal to show that pages reach you at this address. It works for ${validMinutes} minutes.`,
      `${IGNORE} Nobody from PagerPal asks you for it.`,
    ],
  };
}

/** Promises the plain text part, lines ending in \n. */
export function codeMailText({ greeting, code, lines }: CodeMail): string {
  return [greeting, code, ...lines].join("\n\n") + "\n";
}
