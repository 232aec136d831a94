import assert from "node:assert/strict";
import type { Page } from "npm:playwright-core@1.65.1";
import { browserTest, EITHER, eventually } from "./browser.ts";

const CARDS = "Card payments fail in eu-west-1";

/** The list and the dashboard show each incident as an article of its own. */
const row = (page: Page, title: string) =>
  page.getByRole("article").filter({ hasText: title });

browserTest(
  "an incident is acknowledged from the dashboard",
  { as: "responder", scripts: EITHER },
  async ({ page, stage }) => {
    await page.goto("/dashboard");
    await row(page, CARDS).getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText("is acknowledged.").waitFor();
    await row(page, CARDS).getByText("Acknowledged", { exact: true }).waitFor();
    assert.match(page.url(), /\/dashboard$/);
    const incident = await stage.incident("Card payments");
    assert.equal(incident.status, "acknowledged");
    assert.equal(incident.acknowledgedBy?.kind, "responder");
  },
);

browserTest(
  "an incident is acknowledged, escalated, resolved and reopened on its page",
  { as: "responder", scripts: EITHER },
  async ({ page, stage }) => {
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    const press = async (name: string, said: string) => {
      await page.getByRole("group", { name: "Actions" })
        .getByRole("button", { name, exact: true }).click();
      await page.getByText(said).waitFor();
    };
    await press("Acknowledge", "is acknowledged.");
    await press("Escalate now", "is escalated.");
    await press("Resolve", "is resolved.");
    await press("Reopen", "is opened again");
    const state = await stage.incident("Card payments");
    assert.equal(state.status, "triggered");
    const story = await page.locator("#main").innerText();
    assert.match(story, /Idris Bello/);
  },
);

browserTest(
  "an incident is snoozed, and the page says until when",
  { as: "responder", scripts: EITHER },
  async ({ page, stage }) => {
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    await page.locator("#snooze > summary").click();
    await page.getByLabel("Acknowledge now, and page again")
      .selectOption("60");
    await page.getByRole("button", { name: "Snooze", exact: true }).click();
    await page.getByText("is snoozed until 04:14").waitFor();
    const incident = await stage.incident("Card payments");
    assert.equal(incident.status, "acknowledged");
    assert.equal(incident.snoozedUntilMs, stage.world.nowMs + 3_600_000);
  },
);

browserTest(
  "an incident is reassigned, the story says to whom, and they are paged",
  { as: "responder", scripts: EITHER },
  async ({ page, stage }) => {
    const { id } = await stage.incident("Card payments");
    const pagesToJonas = () =>
      stage.world.infobip.taken.filter(({ to, text }) =>
        to === "447700900103" && text.includes("Card payments")
      );
    assert.equal(pagesToJonas().length, 0);
    await page.goto(`/incidents/${id}`);
    await page.locator("#reassign > summary").click();
    await page.getByLabel("Page this responder now").selectOption("Jonas Lind");
    await page.getByRole("button", { name: "Reassign", exact: true }).click();
    await page.locator(".ladder li").filter({
      hasText: "Reassigned to Jonas Lind by Idris Bello",
    }).waitFor();
    await stage.world.settled();
    assert.equal(pagesToJonas().length, 1);
  },
);

browserTest(
  "a note is added, and an empty one is refused",
  { as: "responder", scripts: EITHER, refusals: [422] },
  async ({ page, stage }) => {
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    const note = async (text: string) => {
      if (!await page.locator("#note").getAttribute("open")) {
        await page.locator("#note > summary").click();
      }
      await page.getByRole("textbox", { name: "Note" }).fill(text);
      await page.getByRole("button", { name: "Add note" }).click();
    };
    await note("   ");
    await page.getByText("Write something in the note.").waitFor();
    await page.goto(`/incidents/${id}`);
    await note("The gateway's status page says\nthey are on it.");
    await page.getByText("they are on it.").waitFor();
    const entries = await stage.store.timeline.list(id, {
      afterId: 0,
      limit: 200,
    });
    assert.equal(entries.filter(({ kind }) => kind === "note_added").length, 1);
  },
);

browserTest(
  "incidents are filtered and searched, and the address holds the filter",
  { as: "viewer", scripts: EITHER },
  async ({ page }) => {
    await page.goto("/incidents");
    await page.getByLabel("Search").fill("refund");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/q=refund/);
    await row(page, "Refund queue").waitFor();
    assert.equal(await page.getByRole("article").count(), 1);
    await page.getByRole("link", { name: "Clear" }).click();
    await row(page, CARDS).waitFor();
    await page.getByLabel("Status").selectOption("resolved");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/status=resolved/);
    await row(page, "Checkout p95").waitFor();
    assert.equal(await page.getByRole("article").count(), 1);
    await page.getByLabel("Status").selectOption("all");
    await page.getByLabel("Severity").selectOption("critical");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/severity=critical/);
    await row(page, CARDS).waitFor();
    assert.equal(await page.getByRole("article").count(), 1);
  },
);

browserTest(
  "several incidents are selected and acknowledged at once",
  { as: "responder", scripts: EITHER },
  async ({ page, stage }) => {
    await page.goto("/incidents");
    for (const title of [CARDS, "Refund queue"]) {
      await row(page, title).getByRole("checkbox").check();
    }
    await page.locator("#bulk").getByRole("button", { name: "Acknowledge" })
      .click();
    await page.getByText("2 incidents acknowledged.").waitFor();
    for (const title of ["Card payments", "Refund queue"]) {
      assert.equal((await stage.incident(title)).status, "acknowledged");
    }
    assert.equal((await stage.incident("Disk of db-2")).status, "triggered");
  },
);

browserTest(
  "a viewer sees no button that would refuse",
  { as: "viewer", scripts: EITHER },
  async ({ page, stage }) => {
    const { id } = await stage.incident("Card payments");
    for (const path of ["/dashboard", "/incidents", `/incidents/${id}`]) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      assert.deepEqual(
        await page.locator("#main").getByRole("button").allInnerTexts().then(
          (names) => names.filter((name) => name !== "Filter"),
        ),
        [],
        path,
      );
    }
  },
);

browserTest(
  "the link in a page acknowledges without a login, and only by its button",
  { scripts: EITHER, viewport: { width: 360, height: 740 } },
  async ({ page, stage }) => {
    const sms = stage.world.infobip.taken.find(({ text }) =>
      text.includes("Card payments")
    );
    const [link] = /http:\S+\/a\/\S+/.exec(sms?.text ?? "") ?? [];
    assert.ok(link, `no link in: ${sms?.text}`);
    await page.goto(link);
    await page.getByText("Nobody has answered yet.").waitFor();
    assert.equal((await stage.incident("Card payments")).status, "triggered");
    await page.getByRole("button", { name: /^Acknowledge as/ }).click();
    await page.getByText("Paging has stopped.").waitFor();
    await eventually(
      "the incident is acknowledged",
      async () =>
        (await stage.incident("Card payments")).status === "acknowledged",
    );
    await page.getByRole("link", { name: "Open the incident" }).click();
    await page.getByRole("heading", { name: "Log in" }).waitFor();
  },
);
