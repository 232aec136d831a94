import assert from "node:assert/strict";
import { browserTest, EITHER } from "./browser.ts";
import { send } from "./send.ts";

browserTest(
  "a policy gets a second step with two targets, and its page says it in words",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page, stage }) => {
    await page.goto("/escalation-policies");
    await page.getByRole("link", { name: "Make a policy" }).click();
    await send(page, {
      Name: "Payments, quiet",
      Team: "Payments",
      "Step 1, who is paged, 1": "Jonas Lind",
    }, "Add a step");
    await send(
      page,
      { "Step 2, who is paged, 1": "Idris Bello" },
      "And somebody else in step 2",
    );
    const delays = page.getByLabel("Minutes to wait for an answer");
    await page.getByLabel("Step 2, who is paged, 2").waitFor();
    await delays.nth(0).fill("7");
    await delays.nth(1).fill("11");
    await send(
      page,
      { "Step 2, who is paged, 2": "Ana Ruiz" },
      "Make the policy",
    );
    await page.getByText("The policy Payments, quiet is made.").waitFor();
    const said = await page.locator("header.say").innerText();
    assert.match(
      said.replaceAll("\u00A0", " "),
      /Jonas Lind, 7 min, then Idris Bello and Ana Ruiz, 11 min, then/,
    );
    const { items } = await stage.store.policies.list({}, {
      page: 1,
      pageSize: 50,
    });
    const made = items.find(({ name }) => name === "Payments, quiet");
    assert.deepEqual(
      made?.steps.map(({ delayMinutes, targets }) => [
        delayMinutes,
        targets.length,
      ]),
      [[7, 1], [11, 2]],
    );
  },
);
