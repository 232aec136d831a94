import assert from "node:assert/strict";
import type { Page } from "npm:playwright-core@1.65.1";
import { AXE, violations } from "./axe.ts";
import { type BrowserScene, browserTest, DESKTOP, PHONE } from "./browser.ts";
import { overflow, SCREENS, squeezed } from "./screens.ts";
import { giveSession } from "./session.ts";

/** Opens each screen in turn, as whoever it is for. */
async function eachScreen(
  { context, page, stage }: BrowserScene,
  look: (name: string) => Promise<void>,
): Promise<void> {
  let role: string | null = null;
  for (const screen of SCREENS) {
    if (screen.as !== role) {
      // A page that is still open would ask on, with a session that is gone.
      await page.goto("about:blank");
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

/** Each theme at one width: the colours do not depend on it, and all else does not depend on the theme. */
const LOOKS = [
  { theme: "light", viewport: DESKTOP },
  { theme: "dark", viewport: PHONE },
] as const;

browserTest(
  "axe finds nothing wrong with any screen, in the light theme and in the dark; none scrolls sideways or squeezes its words, at 1280 pixels and at 360",
  { refusals: [404] },
  async (scene) => {
    const { page } = scene;
    const wrong: Record<string, string[]> = {};
    await eachScreen(scene, async (name) => {
      await page.evaluate(AXE);
      for (const { theme, viewport } of LOOKS) {
        await page.emulateMedia({ colorScheme: theme });
        await page.setViewportSize(viewport);
        const found = [...await violations(page), ...await misfits(page)];
        if (found.length > 0) {
          wrong[`${name}, ${theme}, at ${viewport.width}`] = found;
        }
      }
    });
    assert.deepEqual(wrong, {});
  },
);

/** Promises what the window is too narrow for. */
async function misfits(page: Page): Promise<string[]> {
  const { by, from } = await overflow(page);
  return [
    ...(by > 0 ? [`${by} px too wide`, ...from] : []),
    ...(await squeezed(page)).map((one) => `squeezed: ${one}`),
  ];
}

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
