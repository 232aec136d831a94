import assert from "node:assert/strict";
import type { Page } from "npm:playwright-core@1.65.1";
import { browserTest, EITHER, PHONE } from "./browser.ts";
import { overflow, SCREENS } from "./screens.ts";
import { giveSession } from "./session.ts";
import type { Stage } from "./stage.ts";

const SCRIPT = "<script>window.broken = 1</script>";
const IMAGE = `"><img src="/x" onerror="window.broken = 1">`;
const QUOTES = `' onmouseover='window.broken = 1' x='`;
const OVERRIDE = "\u202Egnitset\u202C";
const HOSTILE = `${SCRIPT}${IMAGE}${QUOTES}${OVERRIDE}`;

/** The alert as a monitoring system that somebody else rules would send it. */
const ALERT = {
  external_id: `hostile${IMAGE}`,
  title: `Card payments ${HOSTILE} ${"W".repeat(10_000)}`,
  description: `${HOSTILE}\n${"desc".repeat(500)}`,
  severity: "critical",
  labels: { [`name${IMAGE}`]: `${HOSTILE}${"v".repeat(200)}` },
  runbook_url: `https://example.com/"onmouseover="window.broken=1`,
};

/** Everything that people name, named as badly, past the rules that would have cleaned it. */
async function nameBadly({ store, world: { nowMs } }: Stage): Promise<void> {
  const long = { name: `${HOSTILE}${"n".repeat(200)}`, description: HOSTILE };
  const everything = { page: 1, pageSize: 50 };
  const { items: [team] } = await store.teams.list({}, everything);
  const { items: [source] } = await store.sources.list({}, everything);
  const { items: [schedule] } = await store.schedules.list({}, everything);
  const { items: [policy] } = await store.policies.list({}, everything);
  assert.ok(team && source && schedule && policy);
  await store.teams.update(team.id, long, nowMs);
  await store.sources.update(source.id, { name: long.name }, nowMs);
  await store.schedules.update(schedule.id, long, nowMs);
  await store.policies.update(policy.id, long, nowMs);
  for (const email of ["maya@example.com", "ana@example.com"]) {
    const person = await store.responders.findByEmail(email);
    assert.ok(person);
    await store.responders.update(person.id, { name: long.name }, nowMs);
  }
}

/** What of it has become markup, has run, or can turn the text beside it around. */
async function harm(page: Page): Promise<string[]> {
  return await page.evaluate(`(() => {
    const found = [];
    if (window.broken) found.push("it ran");
    for (const one of document.querySelectorAll("body script, img, [onerror], [onmouseover]")) {
      found.push(one.outerHTML.slice(0, 200));
    }
    for (const link of document.querySelectorAll("a[href]")) {
      const { protocol } = new URL(link.getAttribute("href"), location.href);
      if (!/^https?:$/.test(protocol)) found.push(link.outerHTML);
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode;
      if (!data.includes("\\u202E")) continue;
      // A block is a paragraph of its own for the direction of text (UAX 9).
      if (parentElement.closest("svg text, svg title")) continue;
      if (parentElement.closest("bdi, pre, option, textarea, blockquote, .clamp, .outside, .sr")) continue;
      found.push("not isolated: " + parentElement.outerHTML.slice(0, 300));
    }
    return found;
  })()`);
}

browserTest(
  "hostile text is shown harmlessly on every screen",
  { data: "people", viewport: PHONE, refusals: [404] },
  async ({ page, stage, context }) => {
    await nameBadly(stage);
    const { id } = await stage.alert(ALERT);
    await stage.store.timeline.add(id, [{
      kind: "note_added",
      atMs: stage.world.nowMs,
      actor: await stage.actor("admin"),
      detail: { text: HOSTILE },
    }]);
    const wrong: Record<string, string[]> = {};
    for (const screen of SCREENS) {
      // A page that is still open would ask on, with a session that is gone.
      await page.goto("about:blank");
      await context.clearCookies();
      if (screen.as) await giveSession(context, { stage, role: screen.as });
      await page.goto(await screen.path(stage));
      const found = await harm(page);
      const { by, from } = await overflow(page);
      if (by > 0) found.push(`${by} pixels too wide`, ...from);
      if (found.length > 0) wrong[screen.name] = found;
    }
    assert.deepEqual(wrong, {});
  },
);

browserTest(
  "hostile text that comes in while a page is open is only text",
  { as: "responder" },
  async ({ page, stage, another }) => {
    const story = await another({ as: "admin" });
    const { id } = await stage.incident("Card payments");
    await story.goto(`/incidents/${id}`);
    await page.goto("/dashboard");
    const rows = page.getByRole("article");
    const before = await rows.count();
    await stage.alert(ALERT);
    await rows.nth(before).waitFor();
    await page.getByText("<script>window.broken").first().waitFor();
    assert.deepEqual(await harm(page), []);

    await page.goto(`/incidents/${id}`);
    await page.locator("#note > summary").click();
    await page.getByRole("textbox", { name: "Note" }).fill(HOSTILE);
    await page.getByRole("button", { name: "Add note" }).click();
    await page.getByText("<script>window.broken").first().waitFor();
    await story.getByText("<script>window.broken").first().waitFor();
    assert.deepEqual(await harm(page), []);
    assert.deepEqual(await harm(story), []);
  },
);

browserTest(
  "hostile text in a search is kept as text, with scripts and without",
  { as: "viewer", scripts: EITHER },
  async ({ page, live }) => {
    await page.goto("/incidents");
    await page.getByLabel("Search").fill(HOSTILE);
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/q=/);
    assert.match(await page.getByLabel("Search").inputValue(), /^<script>/);
    if (live) assert.deepEqual(await harm(page), []);
  },
);

browserTest(
  "hostile text is harmless in the mail's HTML",
  { data: "people" },
  async ({ page, stage }) => {
    await nameBadly(stage);
    await stage.alert({ ...ALERT, severity: "info" });
    const mail = stage.world.smtp.mails.find(({ html }) =>
      html.includes("window.broken")
    );
    assert.ok(mail, "no mail was sent");
    await page.setContent(mail.html);
    assert.deepEqual(await harm(page), []);
  },
);
