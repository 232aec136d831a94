/**
 * The checks of the production smoke test, in a container beside the two of PagerPal. Its one argument is the stage;
 * scripts/smoke-production-compose runs them in order and acts between them.
 */
import assert from "node:assert/strict";
import { FIRST_PHONE, furnish, SECOND_PHONE } from "./furnish.ts";
import { api, loadLoggedIn, NODES, postAlert, until } from "./pagerpal.ts";
import { holdAnswers, pagesOf } from "./provider_pages.ts";

const [NODE_A, NODE_B] = NODES;
/** Longer than the stop takes to arrive, shorter than PagerPal waits for what is on its way. */
const SLOW_MS = 5_000;
/** Longer than the engine would wait for PagerPal. */
const SILENT_MS = 25_000;

const STAGES: Record<string, () => Promise<void>> = {
  serves,
  pages,
  pages_once,
  provider_is_slow,
  slow_pages_are_sent,
  provider_is_silent,
  silent_pages_are_sent,
};

async function serves(): Promise<void> {
  for (const node of NODES) {
    await until(60, async () => {
      const ready = await fetch(`${node}/health/ready`);
      assert.equal(ready.status, 200, await ready.text());
    });
    const health = await fetch(`${node}/health`);
    assert.equal((await health.json()).status, "ok");

    const stranger = await fetch(node, { headers: { accept: "text/html" } });
    await stranger.text();
    assert.equal(new URL(stranger.url).pathname, "/login");

    const dashboard = await loadLoggedIn(node, "/dashboard");
    assert.equal(dashboard.status, 200);
    assert.match(await dashboard.text(), /<h1/);

    const { jobs } = await api(node, "GET", "/system/jobs");
    for (const name of ["notification_retry", "escalation"]) {
      const job = jobs.find((each: { name: string }) => each.name === name);
      assert.equal(job?.enabled, true, `${name} is not reported as enabled`);
    }
  }
  say("/health is public, /dashboard asks for a login, the jobs are reported");
}

async function pages(): Promise<void> {
  const title = "Smoke escalates";
  const key = await furnish(title, 0.1);
  await postAlert(NODE_A, { key, title });
  await until(
    60,
    async () =>
      assert.deepEqual(await phonesOf(title), [FIRST_PHONE, SECOND_PHONE]),
  );
  say("an alert pages the first telephone, and then escalates to the second");
}

/** Each alert is posted to both containers at the same time. */
async function pages_once(): Promise<void> {
  const key = await furnish("Smoke once", 60);
  const titles = numbered("Smoke once", 40);
  await Promise.all(
    titles.flatMap((title) =>
      NODES.map((node) => postAlert(node, { key, title }))
    ),
  );
  await until(60, async () => {
    for (const title of titles) {
      assert.deepEqual(await phonesOf(title), [FIRST_PHONE], title);
    }
  });
  await until(10, () => allSentAtFirstTry(titles));
  say(`${titles.length} alerts, each to both containers: each paged once`);
}

async function provider_is_slow(): Promise<void> {
  await putOnTheirWay("Smoke slow", SLOW_MS);
  say("pages are on their way, and the provider answers in a moment");
}

/** Their node has stopped meanwhile, after it had waited for them. */
async function slow_pages_are_sent(): Promise<void> {
  await until(
    60,
    () => allSentAtFirstTry(numbered("Smoke slow", ON_THEIR_WAY)),
  );
  await eachRangOnce("Smoke slow");
  say("each of them was sent once, and is recorded as sent");
}

async function provider_is_silent(): Promise<void> {
  await putOnTheirWay("Smoke silent", SILENT_MS);
  say("pages are on their way, and the provider does not answer");
}

/** Their node has stopped without an answer, so that the other tries again, with the ids that the provider knows. */
async function silent_pages_are_sent(): Promise<void> {
  await until(120, async () => {
    for (const title of numbered("Smoke silent", ON_THEIR_WAY)) {
      const [notification] = await notificationsOf(title);
      assert.equal(notification?.status, "sent", title);
    }
  });
  await eachRangOnce("Smoke silent");
  say("the other container has sent them, and no telephone rang twice");
}

async function putOnTheirWay(name: string, heldMs: number): Promise<void> {
  const key = await furnish(name, 60);
  const titles = numbered(name, ON_THEIR_WAY);
  await holdAnswers(heldMs);
  await Promise.all(titles.map((title) => postAlert(NODE_A, { key, title })));
  await until(4, async () => {
    for (const title of titles) assert.equal((await pagesOf(title)).length, 1);
  });
}

async function eachRangOnce(name: string): Promise<void> {
  for (const title of numbered(name, ON_THEIR_WAY)) {
    const taken = (await pagesOf(title)).filter((page) => page.taken);
    assert.deepEqual(taken.map(({ to }) => to), [FIRST_PHONE], title);
  }
}

const ON_THEIR_WAY = 5;

function numbered(title: string, count: number): string[] {
  // With an end, so that no title is the beginning of another.
  return Array.from({ length: count }, (_, index) => `${title} ${index + 1}.`);
}

async function phonesOf(title: string): Promise<string[]> {
  return (await pagesOf(title)).map(({ to, taken }) =>
    taken ? to : `${to} again`
  );
}

async function allSentAtFirstTry(titles: string[]): Promise<void> {
  for (const title of titles) {
    const notifications = await notificationsOf(title);
    const sent = notifications.map((
      { status, attempts },
    ) => [status, attempts]);
    assert.deepEqual(sent, [["sent", 1]], title);
  }
}

/** The node that is not stopped is asked. */
async function notificationsOf(
  title: string,
): Promise<{ status: string; attempts: number }[]> {
  const found = await api(
    NODE_B,
    "GET",
    `/incidents?text=${encodeURIComponent(title)}`,
  );
  const { id } = found.items.find((each: { title: string }) =>
    each.title === title
  );
  return (await api(NODE_B, "GET", `/incidents/${id}`)).notifications;
}

function say(what: string): void {
  console.log(`  ok: ${what}`);
}

const [stage = ""] = Deno.args;
const run = STAGES[stage];
if (run === undefined) throw new Error(`There is no stage "${stage}"`);
await run();
