import assert from "node:assert/strict";
import { browserTest, EITHER } from "./browser.ts";

browserTest(
  "a test page to me arrives by SMS and by e-mail, and the audit log lists both",
  { as: "admin", scripts: EITHER, data: "people" },
  async ({ page, stage }) => {
    const { infobip, smtp } = stage.world;
    const sendBy = async (channel: string, to: string) => {
      await page.locator("form", {
        has: page.locator(`input[name=channel][value=${channel}]`),
      }).getByRole("button", { name: /^Send a test page to me/ }).click();
      await page.getByText(`to ${to} was accepted by`).waitFor();
    };
    await page.goto("/settings");
    await sendBy("sms", "+447700900101");
    assert.deepEqual(
      infobip.taken.map(({ channel, to }) => [channel, to]),
      [["sms", "447700900101"]],
    );
    await page.goto("/settings");
    await sendBy("email", "maya@example.com");
    assert.deepEqual(smtp.mails.map(({ to }) => to), ["maya@example.com"]);
    await page.getByRole("link", { name: "Open the audit log" }).click();
    const sent = page.getByRole("listitem")
      .filter({ hasText: "sent a test page to" });
    await sent.nth(1).waitFor();
    assert.equal(await sent.count(), 2);
  },
);
