import assert from "node:assert/strict";
import { browserTest, EITHER } from "./browser.ts";
import { PASSWORD } from "./stage.ts";

browserTest(
  "whoever opens PagerPal first becomes its admin",
  { scripts: EITHER, data: "nothing" },
  async ({ page, stage }) => {
    await page.goto("/");
    await page.getByLabel("Your name").fill("Maya Okafor");
    await page.getByLabel("E-mail address").fill("maya@example.com");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByLabel("Time zone").selectOption("Europe/London");
    await page.getByRole("button", { name: "Create the admin account" })
      .click();
    await page.waitForURL("**/dashboard");
    await page.getByText("Welcome. Next: make a team").waitFor();
    const account = await stage.store.accounts.findByEmail("maya@example.com");
    assert.equal(account?.role, "admin");
    await page.getByRole("button", { name: "Log out" }).first().click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  },
);

browserTest(
  "a login leads to the page that was asked for, and a wrong password says so",
  { scripts: EITHER, refusals: [422] },
  async ({ page }) => {
    await page.goto("/incidents?status=all");
    const log = async (password: string) => {
      await page.getByLabel("E-mail address").fill("maya@example.com");
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Log in" }).click();
    };
    await log("not the password");
    await page.getByText("The e-mail address or the password is not right")
      .waitFor();
    assert.equal(
      await page.getByLabel("E-mail address").inputValue(),
      "maya@example.com",
    );
    await log(PASSWORD);
    await page.getByRole("heading", { name: "Incidents", level: 1 }).waitFor();
    assert.match(page.url(), /\/incidents\?status=all$/);
    await page.getByRole("button", { name: "Log out" }).first().click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    await page.goto("/dashboard");
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  },
);
