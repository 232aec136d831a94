import assert from "node:assert/strict";
import axe from "npm:axe-core@4.14.1";
import type { Page } from "npm:playwright-core@1.65.1";
import { type BrowserScene, browserTest, DESKTOP, PHONE } from "./browser.ts";
import { overflow, SCREENS, squeezed } from "./screens.ts";
import { giveSession } from "./session.ts";

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

/** Opens each screen in turn, as whoever it is for. */
async function eachScreen(
  { context, page, stage }: BrowserScene,
  look: (name: string) => Promise<void>,
): Promise<void> {
  let role: string | null = null;
  for (const screen of SCREENS) {
    if (screen.as !== role) {
      await context.clearCookies();
      if (screen.as) await giveSession(context, { stage, role: screen.as });
      role = screen.as;
    }
    const answer = await page.goto(await screen.path(stage));
    const missing = /not found|unknown/.test(screen.name);
    assert.equal(answer?.status(), missing ? 404 : 200, screen.name);
    await look(screen.name);
  }
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
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

// Each theme at one width: the colours do not depend on it, and the widths are looked at below.
for (
  const [theme, viewport] of [["light", DESKTOP], ["dark", PHONE]] as const
) {
  browserTest(
    `axe finds nothing wrong with any screen in the ${theme} theme`,
    { theme, refusals: [404], viewport },
    async (scene) => {
      const wrong: Record<string, string[]> = {};
      await eachScreen(scene, async (name) => {
        const found = await violations(scene.page);
        if (found.length > 0) wrong[name] = found;
      });
      assert.deepEqual(wrong, {});
    },
  );
}

browserTest(
  "no screen scrolls sideways or squeezes its words at 360 or at 1280 pixels",
  { refusals: [404], viewport: PHONE },
  async (scene) => {
    const wrong: Record<string, string[]> = {};
    for (const viewport of [PHONE, DESKTOP]) {
      await scene.page.setViewportSize(viewport);
      await eachScreen(scene, async (name) => {
        const { by, from } = await overflow(scene.page);
        if (by > 0) wrong[`${name} at ${viewport.width}: ${by} px`] = from;
        const narrow = await squeezed(scene.page);
        if (narrow.length > 0) {
          wrong[`${name} at ${viewport.width}, squeezed`] = narrow;
        }
      });
    }
    assert.deepEqual(wrong, {});
  },
);

browserTest(
  "acknowledge is within the reach of a thumb, and large",
  { as: "responder", viewport: PHONE },
  async ({ page, stage }) => {
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    const button = page.getByRole("button", {
      name: "Acknowledge",
      exact: true,
    });
    const box = await button.boundingBox();
    assert.ok(box && box.height >= 44 && box.width >= 300, JSON.stringify(box));
    assert.ok(box.y >= 0 && box.y + box.height <= PHONE.height);
  },
);

browserTest(
  "the theme follows the device until somebody chooses one",
  { as: "viewer", theme: "dark" },
  async ({ page }) => {
    const paper = () =>
      page.evaluate<string>(
        "getComputedStyle(document.documentElement).backgroundColor",
      );
    await page.goto("/dashboard");
    const dark = await paper();
    await page.emulateMedia({ colorScheme: "light" });
    const light = await paper();
    assert.notEqual(dark, light);
  },
);
