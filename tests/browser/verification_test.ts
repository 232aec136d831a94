import assert from "node:assert/strict";
import { browserTest, EITHER } from "./browser.ts";
import type { Stage } from "./stage.ts";

/** The code in the newest text message. */
function codeIn({ world }: Stage): string {
  const texts = world.infobip.taken.map(({ text }) => text);
  const code = /^(\d{6}) is your PagerPal code/.exec(texts.at(-1) ?? "")?.[1];
  assert.ok(code);
  return code;
}

browserTest(
  "a contact method is verified by the code that it receives",
  { as: "admin", scripts: EITHER, data: "people", refusals: [422] },
  async ({ page, stage }) => {
    await page.goto("/account");
    await page.getByRole("button", { name: /^Send code/ }).first().click();
    await page.getByText("A code is on its way").waitFor();
    const field = page.getByLabel("The code");
    assert.equal(await field.getAttribute("autocomplete"), "one-time-code");
    const code = codeIn(stage);
    await field.fill(code === "111111" ? "222222" : "111111");
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("That is not the code. 4 tries are left.").waitFor();
    await page.getByLabel("The code").fill(
      `${code.slice(0, 3)} ${code.slice(3)}`,
    );
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("is verified.").waitFor();
    assert.equal(await page.getByText("Not verified").count(), 0);
  },
);

browserTest(
  "rules move on their ladder, and the words below follow",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page }) => {
    await page.goto("/account");
    await page.getByRole("link", { name: "Contact rules" }).click();
    const words = page.getByText(/^A critical alert at 03:00/);
    const before = await words.textContent();
    assert.match(before ?? "", /: SMS at once, /);
    await page.getByRole("button", { name: "Use later: rule 1 of Critical" })
      .click();
    await page.getByText(/^A critical alert at 03:00: (WhatsApp|E-mail|e-mail)/)
      .waitFor();
    await page.getByRole("button", { name: /^Add a rule for Critical/ })
      .click();
    const rows = page.getByLabel("after, minutes");
    await rows.nth(2).fill("0,5");
    await page.getByRole("button", { name: "Show what it does" }).click();
    await page.getByText(/after 30\u00A0s/).waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("are saved.").waitFor();
  },
);

browserTest(
  "page me now rings everything and says what became of it",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page, stage }) => {
    await page.goto("/account");
    await page.getByRole("button", { name: "Page me now" }).click();
    await page.getByRole("heading", { name: "You have paged yourself" })
      .waitFor();
    await page.getByText("Every page has left.").waitFor();
    assert.equal(await page.getByText("was accepted by").count(), 2);
    const taken = stage.world.infobip.taken;
    assert.ok(taken.some(({ text }) => text.includes("You have paged")));
  },
);
