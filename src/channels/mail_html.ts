/** The HTML form of a mail: a template of static/templates/mail over escaped facts. */
import { Eta } from "eta";
import type { MailContent } from "../domain/delivery/mail_text.ts";
import type { NoticeMail } from "../domain/notices/notice_text.ts";
import type { CodeMail } from "../domain/responders/verification_text.ts";

const TEMPLATES = new URL("../../static/templates/mail/", import.meta.url);

// Inline, as mail programs drop style sheets. Colour never says it alone: the label beside it does.
const COLOUR: Record<MailContent["tone"], string> = {
  critical: "#b3261e",
  error: "#c4570a",
  warning: "#8a6d00",
  info: "#2a6099",
  resolved: "#2e7d32",
};

/**
 * Promises a function that renders a page's HTML part; what comes from outside is escaped. Reads the template at once,
 * so that a missing file or permission stops the start and not the first page; throws then.
 */
export function createMailHtml(): (content: MailContent) => string {
  const render = renderer("incident.eta");
  return (content) => render({ ...content, colour: COLOUR[content.tone] });
}

/** Promises the same for a mail with a code. */
export function createCodeHtml(): (content: CodeMail) => string {
  return renderer("code.eta");
}

/** Promises the same for a notice. */
export function createNoticeHtml(): (mail: NoticeMail) => string {
  return renderer("notice.eta");
}

function renderer(name: string): (facts: object) => string {
  const eta = new Eta({ autoEscape: true });
  const template = eta.compile(
    Deno.readTextFileSync(new URL(name, TEMPLATES)),
  );
  return (facts) => eta.render(template, facts);
}
