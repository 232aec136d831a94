/**
 * Tests that look at PagerPal through a real browser:
 *
 *     browserTest("a page is acknowledged", { as: "responder" }, async ({ page, stage }) => {
 *       await page.goto("/dashboard");
 *       ...
 *     });
 *
 * One browser for a file, a fresh context and a fresh PagerPal for each test. Whatever a page does, no request may leave
 * our origin, nothing may be written to the console as an error, and the content security policy may not be broken:
 * each of these fails the test.
 */
import assert from "node:assert/strict";
import type { BrowserContext, Page } from "npm:playwright-core@1.65.1";
import type { Role } from "../../src/domain/responders/people.ts";
import { withStore } from "../stores.ts";
import { type RunningBrowser, startChromium } from "./chromium.ts";
import { giveSession } from "./session.ts";
import { Stage } from "./stage.ts";

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 800 };

/** A condition that does not come true within this time never will, also on a loaded machine. */
const PATIENCE_MS = 15_000;

export interface BrowserOptions {
  /** Who is logged in; nobody if not given. */
  as?: Role;
  /** Registers the test once for each; with JavaScript only unless given. */
  scripts?: ("on" | "off")[];
  viewport?: { width: number; height: number };
  theme?: "light" | "dark";
  /** Without the demonstration, or with its people and without its alerts. */
  data?: "alerts" | "people" | "nothing";
  /** Statuses that the test provokes: a browser tells each failed answer as an error. */
  refusals?: number[];
  /** With the service worker, and failed requests are no fault. */
  offline?: boolean;
  /** Hosts of the other sites that the test plays. */
  otherSites?: boolean;
}

export interface BrowserScene {
  page: Page;
  context: BrowserContext;
  stage: Stage;
  /** Whether scripts run. */
  live: boolean;
  /** Promises a page of another person, or of the same in another browser. */
  another(options?: BrowserOptions): Promise<Page>;
}

/** With scripts and without: everything works both ways. */
export const EITHER: ("on" | "off")[] = ["on", "off"];

let running: Promise<RunningBrowser> | null = null;

Deno.test.afterAll(async () => {
  await (await running)?.[Symbol.asyncDispose]();
});

/** Registers the test, once for each way of `scripts`. */
export function browserTest(
  name: string,
  options: BrowserOptions,
  body: (scene: BrowserScene) => Promise<void>,
): void {
  const { scripts = ["on"] } = options;
  for (const script of scripts) {
    const suffix = scripts.length > 1 ? ` (JavaScript ${script})` : "";
    Deno.test({
      name: name + suffix,
      // The browser lives on between the tests.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: () => play({ ...options, scripts: [script] }, body),
    });
  }
}

async function play(
  options: BrowserOptions,
  body: (scene: BrowserScene) => Promise<void>,
): Promise<void> {
  const { browser } = await (running ??= startChromium());
  await withStore("libSQL", async (store) => {
    const stage = await Stage.open(store);
    const contexts: BrowserContext[] = [];
    const faults: string[] = [];
    const enter = async (more: BrowserOptions) => {
      const context = await browser.newContext(contextOptions(stage, more));
      contexts.push(context);
      context.setDefaultTimeout(PATIENCE_MS);
      watch(context, { stage, faults, options: more });
      if (more.as) await giveSession(context, { stage, role: more.as });
      return await context.newPage();
    };
    try {
      const { data = "alerts" } = options;
      if (data !== "nothing") await stage.demo({ alerts: data === "alerts" });
      const page = await enter(options);
      await body({
        page,
        context: page.context(),
        stage,
        live: options.scripts?.[0] !== "off",
        another: (more = {}) => enter({ ...options, ...more }),
      });
      assert.deepEqual(faults, []);
    } finally {
      for (const context of contexts) await context.close();
      // Its mail and its pages are what other tests are about.
      await stage[Symbol.asyncDispose]();
    }
  });
}

function contextOptions(stage: Stage, options: BrowserOptions) {
  return {
    baseURL: stage.origin,
    javaScriptEnabled: options.scripts?.[0] !== "off",
    viewport: options.viewport ?? DESKTOP,
    colorScheme: options.theme ?? "light",
    reducedMotion: "reduce" as const,
    serviceWorkers: options.offline ? "allow" as const : "block" as const,
    locale: "en-GB",
    timezoneId: "Europe/London",
  };
}

/** Keeps what no page may do. */
function watch(
  context: BrowserContext,
  { stage, faults, options }: {
    stage: Stage;
    faults: string[];
    options: BrowserOptions;
  },
): void {
  const { refusals = [], offline = false, otherSites = false } = options;
  const expected = (text: string) =>
    refusals.some((status) =>
      text.includes(`responded with a status of ${status}`)
    ) || (offline && text.includes("net::ERR_INTERNET_DISCONNECTED"));
  context.on("request", (request) => {
    const url = request.url();
    if (otherSites || /^(data|blob):/.test(url)) return;
    if (new URL(url).origin !== stage.origin) {
      faults.push(`A request left for ${url}`);
    }
  });
  context.on("console", (message) => {
    if (message.type() !== "error" || expected(message.text())) return;
    faults.push(`The console says: ${message.text()}`);
  });
  context.on("weberror", (error) => {
    faults.push(`A script failed: ${error.error()}`);
  });
}

/**
 * Settles when `look` promises true; throws otherwise. Also for what a page's own script says: Playwright's
 * `waitForFunction` would be stopped by the content security policy.
 */
export async function eventually(
  what: string,
  look: () => Promise<boolean>,
): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!await look()) {
    assert.ok(performance.now() < endMs, `Never true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
