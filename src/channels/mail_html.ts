/** The HTML form of a mail: the template static/templates/mail/incident.eta over escaped facts. */
import { fileURLToPath } from "node:url";
import { Eta } from "eta";
import type { MailContent } from "../domain/mail_text.ts";

const VIEWS = fileURLToPath(
  new URL("../../static/templates/mail", import.meta.url),
);

// Inline, as mail programs drop style sheets. Colour never says it alone: the label beside it does.
const COLOUR: Record<MailContent["tone"], string> = {
  critical: "#b3261e",
  error: "#c4570a",
  warning: "#8a6d00",
  info: "#2a6099",
  resolved: "#2e7d32",
};

/** Promises a function that renders a mail's HTML part; what comes from outside is escaped. Throws without the template. */
export function createMailHtml(): (content: MailContent) => string {
  const eta = new Eta({ views: VIEWS, autoEscape: true, cache: true });
  return (content) =>
    eta.render("./incident", { ...content, colour: COLOUR[content.tone] });
}
