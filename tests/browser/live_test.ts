import assert from "node:assert/strict";
import { browserTest, eventually } from "./browser.ts";

browserTest(
  "what one person does is seen in another's window without a reload",
  { as: "responder" },
  async ({ page, another, stage }) => {
    const { id } = await stage.incident("Card payments");
    const dashboard = await another({ as: "viewer" });
    const story = await another({ as: "admin" });
    await dashboard.goto("/dashboard");
    await story.goto(`/incidents/${id}`);
    await page.goto(`/incidents/${id}`);
    const row = dashboard.locator(`#incident-${id}`);
    await row.getByText("Triggered", { exact: true }).waitFor();

    await page.locator("#act-acknowledge").click();
    const pressedMs = performance.now();
    const seen = async (what: Promise<unknown>) => {
      await what;
      return `${Math.round(performance.now() - pressedMs)} ms`;
    };
    const [list, ladder] = await Promise.all([
      seen(row.getByText("Acknowledged", { exact: true }).waitFor()),
      seen(story.locator("#act-reopen, .tag.acknowledged").first().waitFor()),
    ]);
    console.log(`seen on the dashboard after ${list}, in the story ${ladder}`);
  },
);

browserTest(
  "a new incident appears on the dashboard, in the title and in the rail",
  { as: "viewer" },
  async ({ page, stage }) => {
    await page.goto("/dashboard");
    const before = Number(/^\((\d+)\)/.exec(await page.title())?.[1]);
    await stage.alert({ title: "Login page is down", severity: "critical" });
    const postedMs = performance.now();
    await page.getByRole("link", { name: "Login page is down" }).waitFor();
    console.log(`seen after ${Math.round(performance.now() - postedMs)} ms`);
    const open = before + 1;
    await eventually("the tab shows the number", () =>
      page.evaluate(
        `document.title.startsWith("(${open})") &&
          document.getElementById("favicon").href.endsWith("open=${open}")`,
      ));
    const count = page.locator(".rail [data-open-count]");
    assert.match(await count.innerText(), new RegExp(`^${before + 1}`));
  },
);

browserTest(
  "what is being typed and read stays where it is when the page refreshes",
  { as: "responder" },
  async ({ page, stage }) => {
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    await page.locator("#note > summary").click();
    const note = page.getByRole("textbox", { name: "Note" });
    await note.pressSequentially("Looking at the gateway");
    const top = () =>
      note.evaluate((one) => Math.round(one.getBoundingClientRect().top));
    const before = await top();
    await stage.act("admin", "acknowledge", id);
    await page.locator(".tag.acknowledged").first().waitFor();
    assert.equal(await note.inputValue(), "Looking at the gateway");
    assert.ok(await note.evaluate((one) => one.matches(":focus")));
    assert.ok(Math.abs(await top() - before) <= 1);
  },
);

browserTest(
  "what was done is said for ten seconds, or until something else is done, however often the page refreshes",
  { as: "responder" },
  async ({ page, stage }) => {
    await page.clock.install();
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    await page.locator("#act-acknowledge").click();
    const acknowledged = page.getByText(`Incident ${id} is acknowledged.`);
    await acknowledged.waitFor();
    await stage.act("admin", "resolve", id);
    await page.locator(".tag.resolved").first().waitFor();
    assert.ok(await acknowledged.isVisible());
    assert.ok(await acknowledged.evaluate((one) => one.matches(":focus")));

    await page.locator("#act-reopen").click();
    const reopened = page.getByText(`Incident ${id} is opened again`);
    await reopened.waitFor();
    assert.equal(await acknowledged.count(), 0);
    await page.clock.fastForward(10_000);
    await stage.alert({ title: "Login page is down", severity: "critical" });
    await reopened.waitFor({ state: "hidden" });
  },
);

browserTest(
  "a row stays under the thumb when a new incident comes in above it",
  { as: "responder", viewport: { width: 360, height: 740 } },
  async ({ page, stage }) => {
    await page.goto("/dashboard");
    const { id } = await stage.incident("Disk of db-2");
    const button = page.locator(`#ack-${id}`);
    await button.scrollIntoViewIfNeeded();
    await button.focus();
    const top = () =>
      button.evaluate((one) => Math.round(one.getBoundingClientRect().top));
    const before = await top();
    await stage.alert({ title: "Login page is down", severity: "critical" });
    await page.getByRole("link", { name: "Login page is down" }).waitFor();
    assert.ok(
      Math.abs(await top() - before) <= 1,
      `moved from ${before} to ${await top()}`,
    );
  },
);

browserTest(
  "a login that ends elsewhere is told, and the way back keeps the place",
  { as: "responder", refusals: [401] },
  async ({ page, stage, context }) => {
    const { id } = await stage.incident("Card payments");
    await page.goto(`/incidents/${id}`);
    await context.clearCookies();
    await page.goto(`/incidents/${id}`);
    await page.getByRole("heading", { name: "Log in" }).waitFor();
    assert.match(page.url(), new RegExp(`next=.*incidents.*${id}`));
  },
);
