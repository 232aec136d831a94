import assert from "node:assert/strict";
import { browserTest, EITHER } from "./browser.ts";
import { send } from "./send.ts";

browserTest(
  "a schedule is made, and who is put on it is on call in its picture",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page }) => {
    await page.goto("/schedules");
    await page.getByRole("link", { name: "Make a schedule" }).click();
    await send(page, {
      Name: "Payments nights",
      Team: "Payments",
      "Time zone": "Europe/London",
    }, "Make the schedule");
    await page.getByText("The schedule Payments nights is made.").waitFor();
    const lanes = page.locator(".lanes .lane");
    assert.equal(await lanes.filter({ hasText: "Jonas Lind" }).count(), 0);

    await page.getByRole("group", { name: "Actions" })
      .getByRole("link", { name: "Add entry" }).click();
    await send(page, {
      Who: "Jonas Lind",
      From: "2026-03-02T00:00",
      To: "2026-03-03T09:00",
    }, "Add");
    await page.getByText("Saved.").waitFor();
    await lanes.filter({ hasText: "Jonas Lind" }).waitFor();
    const now = page.getByRole("row").filter({ hasText: "Now" });
    assert.match(await now.innerText(), /Jonas Lind/);
    await page.goto("/schedules");
    const row = page.getByRole("listitem")
      .filter({ hasText: "Payments nights" });
    assert.match(await row.innerText(), /Jonas Lind/);
  },
);
