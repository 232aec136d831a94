import assert from "node:assert/strict";
import { browserTest, EITHER } from "./browser.ts";
import { send } from "./send.ts";

browserTest(
  "a responder is made, gets two contact methods, and a rule for each",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page, stage }) => {
    await page.goto("/responders");
    await page.getByRole("link", { name: "New responder" }).click();
    await send(page, {
      Name: "Nadia Haddad",
      "E-mail address": "nadia@example.com",
      "Time zone": "Asia/Tokyo",
    }, "Add this person");
    await page.getByText("Nadia Haddad is added.").waitFor();
    const made = await stage.store.responders.findByEmail("nadia@example.com");
    assert.equal(made?.timeZone, "Asia/Tokyo");

    const addOne = page.locator("#main a[href$='/contact-methods/new']");
    await addOne.click();
    await send(page, {
      Channel: "sms",
      "Phone number or e-mail address": "+44 7700 900150",
    }, "Add it");
    await page.getByText("is added. Send a code to verify it.").waitFor();
    await addOne.click();
    await send(page, {
      Channel: "email",
      "Phone number or e-mail address": "nadia@example.com",
    }, "Add it");
    await page.getByRole("link", { name: /nadia@example\.com/ }).waitFor();

    await page.getByRole("link", { name: "Contact rules" }).click();
    const addRule = page.getByRole("button", { name: /^Add a rule/ }).first();
    await addRule.click();
    await page.getByLabel("after, minutes").first().waitFor();
    await addRule.click();
    await page.getByLabel("after, minutes").nth(1).fill("3");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("The contact rules of Nadia Haddad are saved.")
      .waitFor();
    const { responders } = stage.store;
    const methods = await responders.contactMethods(made.id);
    const rules = await responders.contactRules(made.id);
    assert.deepEqual(
      rules.map(({ contactMethodId, delayMinutes }) => ({
        address: methods.find(({ id }) => id === contactMethodId)?.address,
        delayMinutes,
      })),
      [
        { address: "+447700900150", delayMinutes: 0 },
        { address: "nadia@example.com", delayMinutes: 3 },
      ],
    );
  },
);
