import assert from "node:assert/strict";
import { browserTest, EITHER } from "./browser.ts";
import { send } from "./send.ts";
import { ACCOUNTS, PASSWORD } from "./stage.ts";

browserTest(
  "another time zone is chosen, and times are shown in it",
  { as: "responder", scripts: EITHER, data: "people" },
  async ({ page, stage }) => {
    await page.goto("/account");
    await send(page, { "Time zone": "Asia/Tokyo" }, "Save");
    await page.getByText("Your name and time zone are saved.").waitFor();
    await page.locator("header.say").getByText(/Times are in .*Tokyo/)
      .waitFor();
    const idris = await stage.store.responders.findByEmail(ACCOUNTS.responder);
    assert.equal(idris?.timeZone, "Asia/Tokyo");
  },
);

browserTest(
  "the dark theme is chosen and kept from page to page",
  { as: "responder", scripts: EITHER, data: "people" },
  async ({ page }) => {
    const ink = () => page.evaluate("getComputedStyle(document.body).color");
    await page.goto("/account");
    const onLight = await ink();
    await page.getByRole("button", { name: "Dark" }).click();
    await page.getByRole("button", { name: "Dark", pressed: true }).waitFor();
    await page.goto("/dashboard");
    await page.locator("html[data-theme=dark]").waitFor();
    assert.notEqual(await ink(), onLight);
  },
);

browserTest(
  "an API token is made, works, and is shown once",
  { as: "responder", scripts: EITHER, data: "people" },
  async ({ page, stage }) => {
    await page.goto("/account");
    await send(page, { "What it is for": "Wall screen" }, "Make the token");
    await page.getByText("The token Wall screen is made.").waitFor();
    const token = (await page.locator(".secret").innerText()).trim();
    const { status, body } = await fetch(`${stage.origin}/api/v1/incidents`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await body?.cancel();
    assert.equal(status, 200);
    await page.goto("/account");
    await page.getByRole("button", { name: "Revoke Wall screen" }).waitFor();
    assert.equal((await page.content()).includes(token), false);
  },
);

browserTest(
  "the password is changed, and only the new one logs in",
  { as: "responder", scripts: EITHER, data: "people", refusals: [401, 422] },
  async ({ page, context }) => {
    const wanted = "copper thistle harbour nine";
    await page.goto("/account");
    await page.locator("#f-current_password").fill(PASSWORD);
    await send(page, { "New password": wanted }, "Change the password");
    await page.getByText("The new password is in force.").waitFor();
    await context.clearCookies();
    const logIn = (password: string) =>
      send(page, {
        "E-mail address": ACCOUNTS.responder,
        Password: password,
      }, "Log in");
    await page.goto("/login");
    await logIn(PASSWORD);
    await page.getByText("or the password is not right").waitFor();
    await logIn(wanted);
    await page.waitForURL(/\/dashboard$/);
  },
);
