/**
 * Takes the pictures that README.md and the documentation show, of the demonstration on a night with some history, and
 * writes them to docs/screenshots. The clock stands and so does everything random, so they come out the same each time.
 *
 *     deno task screenshots
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "npm:playwright-core@1.65.1";
import { startChromium } from "../tests/browser/chromium.ts";
import { giveSession } from "../tests/browser/session.ts";
import { showNight } from "../tests/browser/night.ts";
import { Stage } from "../tests/browser/stage.ts";
import { withStore } from "../tests/stores.ts";

const MOST_BYTES = 200_000;
const FOLDER = fileURLToPath(new URL("../docs/screenshots/", import.meta.url));

/** What a picture is called after; the theme is added. */
const WINDOWS = {
  desktop: { width: 1280, height: 860 },
  phone: { width: 360, height: 740 },
};
const PICTURES = [
  { window: "desktop", theme: "light" },
  { window: "desktop", theme: "dark" },
  { window: "phone", theme: "light" },
  { window: "phone", theme: "dark" },
] as const;

await Deno.mkdir(FOLDER, { recursive: true });
await withStore("libSQL", async (store) => {
  await using stage = await Stage.open(store);
  await using running = await startChromium();
  const { id } = await showNight(stage);
  const screens = {
    dashboard: "/dashboard",
    incident: `/incidents/${id}`,
  };
  for (const { window, theme } of PICTURES) {
    const context = await running.browser.newContext({
      baseURL: stage.origin,
      viewport: WINDOWS[window],
      colorScheme: theme,
      reducedMotion: "reduce",
      locale: "en-GB",
      timezoneId: "Europe/London",
    });
    await giveSession(context, { stage, role: "admin" });
    const page = await context.newPage();
    for (const [name, path] of Object.entries(screens)) {
      await page.goto(path);
      await take(page, `${name}-${window}-${theme}.png`);
    }
    await context.close();
  }
});

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate("document.fonts.ready.then(() => 0)");
  const path = join(FOLDER, name);
  const { byteLength } = await page.screenshot({
    path,
    animations: "disabled",
  });
  if (byteLength > MOST_BYTES) {
    throw new Error(`${name} has ${byteLength} bytes, ${MOST_BYTES} at most`);
  }
  console.log(`${name}  ${Math.round(byteLength / 1024)} KiB`);
}
