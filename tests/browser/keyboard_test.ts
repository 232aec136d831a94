import assert from "node:assert/strict";
import type { Page } from "npm:playwright-core@1.65.1";
import { browserTest, EITHER, eventually } from "./browser.ts";

/** Presses Tab until what has the focus is called `name`; throws when the whole page has been gone through. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press("Tab");
    const text = await focusedText(page);
    if (name.test(text)) return;
    seen.push(text);
  }
  assert.fail(`Tab never came to ${name}, but to: ${seen.join(" | ")}`);
}

/** What has the focus, also where scripts do not run. */
function focusedText(page: Page): Promise<string> {
  return page.locator(":focus").innerText({ timeout: 2_000 }).catch(() => "");
}

browserTest(
  "an incident is acknowledged by Tab and Enter alone",
  { as: "responder", scripts: EITHER },
  async ({ page, stage }) => {
    await page.goto("/dashboard");
    await tabTo(page, /^Card payments fail/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/incidents\/\d+$/);
    await tabTo(page, /^Acknowledge$/);
    await page.keyboard.press("Enter");
    await page.getByText("is acknowledged.").waitFor();
    const { status } = await stage.incident("Card payments");
    assert.equal(status, "acknowledged");
  },
);

browserTest(
  "the first Tab offers to skip to the content",
  { as: "viewer" },
  async ({ page }) => {
    await page.goto("/dashboard");
    await page.keyboard.press("Tab");
    assert.equal(await focusedText(page), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(
      await page.evaluate("document.activeElement.id"),
      "main",
    );
  },
);

browserTest(
  "j and k move, a acknowledges and r resolves, on the dashboard, in the list and on the page",
  { as: "responder" },
  async ({ page, stage }) => {
    await page.goto("/dashboard");
    await page.keyboard.press("j");
    const first = await focusedText(page);
    await page.keyboard.press("j");
    assert.notEqual(await focusedText(page), first);
    await page.keyboard.press("k");
    assert.equal(await focusedText(page), first);
    await page.keyboard.press("a");
    await page.getByText("is acknowledged.").waitFor();
    assert.equal((await stage.incident(first)).status, "acknowledged");

    await page.goto("/incidents");
    await page.keyboard.press("j");
    const listed = await focusedText(page);
    await page.keyboard.press("r");
    await page.getByText("1 incident resolved.").waitFor();
    assert.equal((await stage.incident(listed)).status, "resolved");

    const { id } = await stage.incident("Refund queue");
    await page.goto(`/incidents/${id}`);
    await page.keyboard.press("a");
    await page.getByText("is acknowledged.").waitFor();
    await page.keyboard.press("r");
    await page.getByText("is resolved.").waitFor();
    assert.equal((await stage.incident("Refund queue")).status, "resolved");
  },
);

browserTest(
  "a key that is pressed before the last one is answered counts",
  { as: "responder" },
  async ({ page, stage }) => {
    const { id } = await stage.incident("Refund queue");
    const later = await hold(page, `**/incidents/${id}/resolve`);
    await page.goto(`/incidents/${id}`);
    await page.keyboard.press("a");
    await page.keyboard.press("r");
    await page.getByText(`Incident ${id} is acknowledged.`).waitFor();
    later.resolve();
    await page.getByText(`Incident ${id} is resolved.`).waitFor();

    const first = await hold(page, "**/incidents/bulk");
    await page.goto("/incidents");
    const titles: string[] = [];
    for (let row = 0; row < 2; row++) {
      await page.keyboard.press("j");
      titles.push(await focusedText(page));
      await page.keyboard.press("a");
    }
    first.resolve();
    await eventually("both are acknowledged", async () => {
      const found = await Promise.all(titles.map((one) => stage.incident(one)));
      return found.every(({ status }) => status === "acknowledged");
    });
  },
);

/** Holds the first request to the address until it is let go. */
async function hold(page: Page, address: string) {
  const gate = Promise.withResolvers<void>();
  await page.route(address, async (route) => {
    await gate.promise;
    await route.continue();
  }, { times: 1 });
  return gate;
}

browserTest(
  "/ searches from any page, ? tells the keys, and typing is only typing",
  { as: "responder" },
  async ({ page, stage }) => {
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keys" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.keyboard.press("/");
    // The list itself: the page of one incident has the same beginning.
    await page.waitForURL(/\/incidents(?!\/)/);
    const search = page.getByLabel("Search");
    await eventually(
      "the search has the focus",
      () => page.evaluate('document.activeElement?.id === "q"'),
    );
    await page.keyboard.type("ajar?");
    assert.equal(await search.inputValue(), "ajar?");
    assert.equal((await stage.incident("Card payments")).status, "triggered");
  },
);
