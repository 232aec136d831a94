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
