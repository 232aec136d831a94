/** What axe finds wrong with a page. */
import axe from "npm:axe-core@4.14.1";
import type { Page } from "npm:playwright-core@1.65.1";

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Every rule that axe has for WCAG 2.2 AA, and its best practices. */
const RULES = {
  resultTypes: ["violations"],
  runOnly: [
    ...["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "best-practice",
  ],
};

/** To be evaluated in a page before it is looked at. Ends in nothing, or the browser would send all of axe back. */
export const AXE = `${axe.source}; undefined`;

/** Promises what is wrong with the page as it is now, each with the elements; AXE was evaluated in it before. */
export async function violations(page: Page): Promise<string[]> {
  const found: Violation[] = await page.evaluate(
    `axe.run(document, ${JSON.stringify(RULES)}).then((r) => r.violations)`,
  );
  return found.map(({ id, help, nodes }) =>
    `${id}: ${help}\n${
      nodes.slice(0, 3).map(({ html, failureSummary }) =>
        `  ${html.slice(0, 200)}\n  ${failureSummary}`
      ).join("\n")
    }`
  );
}
