/** The HTML form of a mail: templates of static/templates/mail over escaped facts. */
import { Eta } from "eta";
import type { MailContent } from "../domain/mail_text.ts";
import type { NoticeMail } from "../domain/notice_text.ts";

const FOLDER = new URL("../../static/templates/mail/", import.meta.url);

// Inline, as mail programs drop style sheets. Colour never says it alone: the label beside it does.
const COLOUR: Record<MailContent["tone"], string> = {
  critical: "#b3261e",
  error: "#c4570a",
  warning: "#8a6d00",
  info: "#2a6099",
  resolved: "#2e7d32",
};

/**
 * Promises a function that renders a mail's HTML part; what comes from outside is escaped. Reads the template at once,
 * so that a missing file or permission stops the start and not the first page; throws then.
 */
export function createMailHtml(): (content: MailContent) => string {
  const render = createRender("incident.eta");
  return (content) => render({ ...content, colour: COLOUR[content.tone] });
}

/** As createMailHtml, for notices. */
export function createNoticeHtml(): (mail: NoticeMail) => string {
  return createRender("notice.eta");
}

function createRender(name: string): (data: object) => string {
  const eta = new Eta({ autoEscape: true });
  const template = eta.compile(Deno.readTextFileSync(new URL(name, FOLDER)));
  return (data) => eta.render(template, data);
}
