import assert from "node:assert/strict";
import { browserTest, EITHER } from "./browser.ts";
import { send } from "./send.ts";

browserTest(
  "a team is made, a wrong name is refused with the input kept, and an unused team is deleted",
  { as: "admin", scripts: EITHER, refusals: [409, 422] },
  async ({ page, stage }) => {
    await page.goto("/teams");
    await page.getByRole("link", { name: "New team" }).click();
    await send(page, { Name: "Payments" }, "Make the team");
    await page.locator(".wrong, [role=alert], .notice").first().waitFor();
    assert.equal(
      await page.getByLabel("Name", { exact: true }).inputValue(),
      "Payments",
    );
    await send(page, { Name: "Search" }, "Make the team");
    await page.getByRole("heading", { name: "Search" }).waitFor();
    const { items } = await stage.store.teams.list({}, {
      page: 1,
      pageSize: 50,
    });
    const made = items.find(({ name }) => name === "Search");
    assert.ok(made);
    await page.goto(`/teams/${made.id}/delete`);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.waitForURL(/\/teams$/);
    assert.equal(await stage.store.teams.find(made.id), null);
  },
);

browserTest(
  "a test alert really goes through the front door of its source",
  { as: "admin", scripts: EITHER },
  async ({ page, stage }) => {
    const key = stage.keys.get("Checkout probes")?.key ?? "";
    await page.goto("/alert-sources");
    await page.getByRole("link", { name: "Checkout probes" }).first().click();
    await send(page, { Key: key }, "Send a test alert");
    await page.getByRole("link", { name: /^Open incident/ }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal((await stage.world.incident()).isTest, true);
  },
);

browserTest(
  "an alert source is made and shows its key once",
  { as: "admin", scripts: EITHER },
  async ({ page }) => {
    await page.goto("/alert-sources/new");
    await send(page, {
      Name: "Batch jobs",
      Team: "Payments",
      "Escalation policy": "Payments: on call, then Idris, then everybody",
    }, "Make it and show the key");
    const key = page.getByText(/\bpp[A-Za-z0-9_-]{20,}/).first();
    await key.waitFor();
    const [text = ""] = /pp[A-Za-z0-9_-]{20,}/.exec(await key.innerText()) ??
      [];
    await page.goto("/alert-sources");
    await page.getByRole("link", { name: "Batch jobs" }).first().click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal((await page.content()).includes(text), false);
  },
);

browserTest(
  "the account page ends another browser's session",
  { as: "responder", scripts: EITHER },
  async ({ page, stage, another }) => {
    const other = await another({ as: "responder" });
    await other.goto("/dashboard");
    const account = await stage.store.accounts.findByEmail("idris@example.com");
    assert.ok(account);
    const sessions = () => stage.store.sessions.listByAccount(account.id);
    assert.equal((await sessions()).length, 2);
    await page.goto("/account");
    await page.getByRole("button", { name: /^Log out|^End/ }).and(
      page.locator("main button"),
    ).first().click();
    await page.locator(".notice").first().waitFor();
    assert.equal((await sessions()).length, 1);
    await other.goto("/dashboard");
    await other.getByRole("heading", { name: "Log in" }).waitFor();
  },
);
