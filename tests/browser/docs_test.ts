import assert from "node:assert/strict";
import type { Page } from "npm:playwright-core@1.65.1";
import { makeManifest } from "../../scripts/docs/manifest.ts";
import { builtSite } from "../docs/built.ts";
import { AXE, violations } from "./axe.ts";
import { DESKTOP, PHONE } from "./browser.ts";
import { startChromium } from "./chromium.ts";
import { overflow } from "./screens.ts";

/** The pages whose parts all others are made of. */
const PAGES = ["operator-guide.html", "index.html"];

/** Serves the site below a path, as a bucket may, with headers stricter than its own. */
async function serveSite(): Promise<{ origin: string } & AsyncDisposable> {
  const files = await builtSite();
  const types = new Map(
    makeManifest(files, "1").files.map((file) => [file.path, file.contentType]),
  );
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const path = new URL(request.url).pathname.replace("/docs/", "");
      const body = files.get(path);
      if (!body) return new Response("Not found", { status: 404 });
      return new Response(new Uint8Array(body), {
        headers: {
          "content-type": types.get(path) ?? "",
          "content-security-policy":
            "default-src 'self'; object-src 'none'; frame-ancestors 'none'",
        },
      });
    },
  );
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Opens the site in a browser; what a page may not do fails the test. */
async function read(
  look: (page: Page, base: string) => Promise<void>,
): Promise<void> {
  await using site = await serveSite();
  await using running = await startChromium();
  const page = await running.browser.newPage({
    viewport: DESKTOP,
    reducedMotion: "reduce",
  });
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(site.origin)) faults.push(request.url());
  });
  await look(page, `${site.origin}/docs`);
  assert.deepEqual(faults, []);
}

Deno.test({
  name:
    "the documentation: axe finds nothing, nothing scrolls sideways, on a phone the menu leads on, and the search finds",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () =>
    read(async (page, base) => {
      const wrong: Record<string, unknown> = {};
      for (const path of PAGES) {
        await page.goto(`${base}/${path}`);
        await page.evaluate(AXE);
        for (
          const [colorScheme, viewport] of [
            ["light", DESKTOP],
            ["dark", PHONE],
          ] as const
        ) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize(viewport);
          const found: unknown[] = await violations(page);
          const { by, from } = await overflow(page);
          if (by > 0) found.push(by, from);
          if (found.length > 0) wrong[`${path}, ${colorScheme}`] = found;
        }
      }
      assert.deepEqual(wrong, {});
      await page.getByRole("button", { name: "Menu" }).click();
      await page.getByRole("navigation", { name: "Pages" })
        .getByRole("link", { name: "Glossary" }).click();
      await page.waitForURL(`${base}/glossary.html`);
      await page.keyboard.press("/");
      await page.keyboard.type("contact rul");
      await page.getByRole("link", { name: /^Contact rule/ }).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.waitForURL(`${base}/glossary.html#contact-rule`);
    }),
});
