/** The HTML form of a mail: the template static/templates/mail/incident.eta over escaped facts. */
import { Eta } from "eta";
import type { MailContent } from "../domain/mail_text.ts";

const TEMPLATE = new URL(
  "../../static/templates/mail/incident.eta",
  import.meta.url,
);

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
  const eta = new Eta({ autoEscape: true });
  const template = eta.compile(Deno.readTextFileSync(TEMPLATE));
  return (content) =>
    eta.render(template, { ...content, colour: COLOUR[content.tone] });
}
