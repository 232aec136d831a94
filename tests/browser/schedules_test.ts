import assert from "node:assert/strict";
import type { Page } from "npm:playwright-core@1.65.1";
import { browserTest, EITHER } from "./browser.ts";
import { send } from "./send.ts";

/** Makes a schedule with nobody on it, and stays on its page. */
async function makeSchedule(page: Page): Promise<void> {
  await page.goto("/schedules");
  await page.getByRole("link", { name: "Make a schedule" }).click();
  await send(page, {
    Name: "Payments nights",
    Team: "Payments",
    "Time zone": "Europe/London",
  }, "Make the schedule");
  await page.getByText("The schedule Payments nights is made.").waitFor();
}

browserTest(
  "a schedule is made, and who is put on it is on call in its picture",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page }) => {
    await makeSchedule(page);
    const bars = page.locator(".week .bar.final");
    assert.equal(await bars.filter({ hasText: "Jonas Lind" }).count(), 0);

    await page.getByRole("group", { name: "Actions" })
      .getByRole("link", { name: "Add entry" }).click();
    await send(page, {
      Who: "Jonas Lind",
      From: "2026-03-02T00:00",
      To: "2026-03-03T09:00",
    }, "Add");
    await page.getByText("Saved.").waitFor();
    await bars.filter({ hasText: "Jonas Lind" }).first().waitFor();
    const now = page.getByRole("row").filter({ hasText: "Now" });
    assert.match(await now.innerText(), /Jonas Lind/);
    await page.goto("/schedules");
    const row = page.getByRole("listitem")
      .filter({ hasText: "Payments nights" });
    assert.match(await row.innerText(), /Jonas Lind/);
  },
);

browserTest(
  "a gap is clicked in the picture, and the override that fills it is previewed and saved",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page }) => {
    await makeSchedule(page);
    await page.locator(".week a.bar.gap").first().click();
    await page.waitForURL(/kind=override&from=.*&to=/);
    const from = page.getByLabel("From", { exact: true });
    assert.match(await from.inputValue(), /^2026-/);
    await page.getByLabel("Who", { exact: true })
      .selectOption({ label: "Jonas Lind" });
    await page.getByRole("button", { name: "Preview" }).last().click();
    const preview = page.getByRole("region", { name: "What that changes" });
    await preview.getByText("Gap filled").first().waitFor();
    assert.match(
      await preview.innerText(),
      /Jonas Lind instead of nobody/,
    );
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("Saved.").waitFor();
    await page.locator(".week .bar.final.over").first().waitFor();
  },
);

browserTest(
  "the keyboard reaches a shift in the picture, which says who it is, and leads to what can be done",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page }) => {
    await page.goto("/schedules/1");
    const bar = page.locator(".week a.bar.final").nth(1);
    await page.locator(".week a.bar.final").first().focus();
    await page.keyboard.press("Tab");
    const words = bar.locator(".tip");
    assert.ok(await words.isVisible());
    assert.match(
      await words.textContent() ?? "",
      /layer Weekly.*\d\d:\d\d to /,
    );
    assert.match(
      await bar.locator("title").textContent() ?? "",
      /, layer Weekly: \w{3} \d+ \w{3}, \d\d:\d\d to /,
    );
    await page.keyboard.press("Enter");
    await page.waitForURL(/#shift-\d+$/);
    const row = page.locator("tr:target");
    await row.getByRole("link", { name: "Override" }).click();
    await page.waitForURL(/entries\/new\?kind=override/);
  },
);

browserTest(
  "a rotation is written, previewed, saved, moved and deleted",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page }) => {
    await makeSchedule(page);
    await page.getByRole("group", { name: "Actions" })
      .getByRole("link", { name: "Add rotation" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Weekly");
    for (const name of ["Jonas Lind", "Priya Raman"]) {
      await page.getByLabel("Who else").selectOption({ label: name });
      await page.getByRole("button", { name: "Add to the list" }).click();
      await page.getByRole("listitem").filter({ hasText: name }).waitFor();
    }
    await page.getByRole("button", { name: /Down.*Jonas Lind/ }).click();
    await page.getByText("Priya Raman and Jonas Lind take turns of one week")
      .waitFor();
    await page.getByRole("button", { name: "Preview", exact: true }).last()
      .click();
    const preview = page.getByRole("region", { name: "What that changes" });
    assert.match(await preview.innerText(), /instead of nobody/);
    assert.ok(await preview.locator(".bar.different").count() > 0);
    await page.getByRole("button", { name: "Add rotation" }).click();
    await page.getByText("Weekly is saved.").waitFor();
    await page.getByRole("link", { name: "Weekly", exact: true }).click();
    await page.getByRole("link", { name: "Delete layer" }).click();
    await preview.getByText("New gap").first().waitFor();
    await page.getByRole("button", { name: "Delete layer" }).click();
    await page.getByText("The layer Weekly is deleted.").waitFor();
  },
);
