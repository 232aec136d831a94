import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { demoAlerts } from "../../scripts/seed/alerts.ts";
import { PEOPLE, TEAMS } from "../../scripts/seed/demo.ts";
import { gaps, shifts } from "../../src/domain/schedules/schedule.ts";
import { planOf } from "../domain/schedules/plans.ts";
import type { Store } from "../../src/ports/store.ts";
import { freePort, Server } from "../process/server.ts";
import { withStore } from "../stores.ts";
import { runScript } from "./scripts.ts";

const ALL = { page: 1, pageSize: 200 };

async function everything(store: Store) {
  const { items: teams } = await store.teams.list({}, ALL);
  const { items: people } = await store.responders.list({}, ALL);
  const { items: schedules } = await store.schedules.list({}, ALL);
  const { items: policies } = await store.policies.list({}, ALL);
  const { items: sources } = await store.sources.list({}, ALL);
  const ids = schedules.map(({ id }) => id);
  const entries = await store.schedules.entries(ids, 0, 9e15);
  const { items: incidents } = await store.incidents.list({}, ALL);
  const layers = await Promise.all(ids.map((id) => store.schedules.layers(id)));
  return {
    ...{ teams, people, schedules, policies, sources, entries, incidents },
    layers: layers.flat(),
  };
}

Deno.test("seed fills the database, posts its alerts to the running service, and run again changes nothing", async () => {
  await withStore("libSQL", async (store, { url }) => {
    const port = freePort();
    const env = {
      DATABASE_URL: url,
      PAGERPAL_BASE_URL: `http://127.0.0.1:${port}`,
    };
    const alone = await runScript("seed", { env });
    equal(alone.code, 1);
    match(alone.err, /PagerPal does not answer at http:\/\/127\.0\.0\.1/);
    equal((await everything(store)).incidents.length, 0);

    await using _server = await Server.start({ env, port });
    const posted = await runScript("seed", { env });
    equal(posted.code, 0, posted.err);
    const before = await everything(store);
    deepEqual(before.teams.map(({ name }) => name), ["Payments", "Platform"]);
    equal(before.people.length, 5);
    equal(before.schedules.length, 2);
    equal(before.layers.length, 4);
    equal(before.entries.length, 2);
    equal(before.policies.length, 2);
    deepEqual(before.sources.map(({ kind }) => kind).sort(), [
      "alertmanager",
      "cloudwatch",
      "generic",
      "grafana",
    ]);
    deepEqual(before.incidents.map(({ status }) => status).sort(), [
      "resolved",
      "triggered",
      "triggered",
      "triggered",
      "triggered",
    ]);

    const again = await runScript("seed", { env });
    equal(again.code, 0, again.err);
    match(again.out, /posted before; nothing was posted now/);
    deepEqual(await everything(store), before);
  });
});

Deno.test("seed refuses where it could page somebody, or would sit among real data", async () => {
  const production = {
    ENVIRONMENT: "production",
    SECRET_KEY: "x".repeat(40),
    ALLOWED_ORIGINS: "https://pager.example.com",
    PAGERPAL_BASE_URL: "https://pager.example.com",
  };
  for (const env of [production, { NOTIFICATION_SENDING_ENABLED: "true" }]) {
    const { code, err } = await runScript("seed", {
      env: { DATABASE_URL: "file:/nowhere/x.db", ...env },
    });
    equal(code, 1);
    match(
      err,
      /does not belong in production|NOTIFICATION_SENDING_ENABLED is true/,
    );
  }
});

Deno.test("the demonstration's people, turns and alerts name only each other", () => {
  const names = PEOPLE.map(({ name }) => name);
  const sources = TEAMS.flatMap((team) => team.sources.map(({ name }) => name));
  for (const { members, schedule, policy } of TEAMS) {
    const turns = schedule.layers.flatMap((layer) => layer.turns);
    for (const name of [...members, ...turns, policy.second]) {
      ok(names.includes(name), name);
    }
  }
  for (const { source } of demoAlerts(0)) ok(sources.includes(source), source);
});

Deno.test("the demonstration has somebody on call at every instant, in every zone, and never two", () => {
  const zone = fc.constantFrom(
    "Europe/London",
    "Europe/Stockholm",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
  );
  const nowMs = fc.integer({ min: Date.UTC(2026, 1), max: Date.UTC(2030, 0) });
  fc.assert(fc.property(zone, nowMs, (timeZone, nowMs) => {
    for (const { schedule } of TEAMS) {
      const layers = schedule.layers.map((layer, index) => ({
        id: index + 1,
        name: layer.name,
        kind: "rotation" as const,
        rotation: {
          ...layer.rotation,
          responderIds: layer.turns.map((_, member) => member + 1),
        },
      }));
      const plan = planOf([], { timeZone, layers });
      const untilMs = nowMs + 20 * 86_400_000;
      deepEqual(gaps(plan, nowMs, untilMs), []);
      for (const { responderIds } of shifts(plan, nowMs, untilMs)) {
        equal(responderIds.length, 1);
      }
    }
  }));
});
