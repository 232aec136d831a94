/** What a mail about several incidents says. */
import {
  bundleCount,
  type BundlePage,
  restOf,
  teamNames,
} from "./bundle_text.ts";
import { type MailContent, mailFooter } from "./mail_text.ts";
import { durationText, type PageFacts, severityWord } from "./page_text.ts";
import { cleanLine } from "../text.ts";

/** Promises the content of a bundle's mail; its list names the worst and says how many more there are. */
export function bundleMailContent(page: BundlePage): MailContent {
  const { bundle, kind, incident } = page;
  const count = bundleCount(page);
  const title = cleanLine(incident.title, 120) || "untitled";
  return {
    subject: `${count}: #${incident.id} ${title}`,
    headline: count,
    label: kind === "resolution" ? "Resolved" : severityWord(bundle.worst),
    tone: kind === "resolution" ? "resolved" : bundle.worst,
    lines: [
      `${kind === "page" ? "Waiting for an answer" : "Over"} (${
        teamNames(bundle)
      }):`,
    ],
    list: {
      items: bundle.incidents.map((each) => item(each, page)),
      rest: restOf(bundle),
    },
    action: page.acknowledgeUrl === null
      ? null
      : { label: "See and acknowledge", url: page.acknowledgeUrl },
    incidentUrl: page.incidentUrl,
    description: "",
    footer: mailFooter(page),
  };
}

function item(
  { id, severity, title, teamName, openedAtMs, resolvedAtMs }: PageFacts[
    "incident"
  ],
  { kind, incidentUrl }: BundlePage,
): { text: string; url: string } {
  const what = kind === "page"
    ? severityWord(severity)
    : `Resolved after ${
      durationText((resolvedAtMs ?? openedAtMs) - openedAtMs)
    }`;
  const team = cleanLine(teamName, 100) || "unnamed";
  const name = cleanLine(title, 200) || "untitled";
  return {
    text: `${what} #${id}: ${name} (${team})`,
    url: `${incidentUrl}/${id}`,
  };
}
