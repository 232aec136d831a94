import assert from "node:assert/strict";
import { parse } from "npm:yaml@2.9.1";
import {
  DEFAULT_SOURCE_SETTINGS,
  SOURCE_KINDS,
  type SourceKind,
} from "../../src/domain/intake/alert_source.ts";
import { snippets } from "../../src/web/view/sources/source_snippets.ts";
import { forEachStore } from "../stores.ts";
import { House, inHouse, NOW_MS, type Tab } from "./house.ts";

const NEW = "/alert-sources/new";

async function made(tab: Tab, kind: SourceKind, name: string = kind) {
  await tab.open(NEW);
  const shown = await tab.submit(NEW, {
    name,
    kind,
    team_id: "1",
    escalation_policy_id: "1",
  });
  const key = /<code id="key">(pp\w{30})<\/code>/.exec(shown.html)?.[1];
  const id = /action="\/alert-sources\/(\d+)\/test"/.exec(shown.html)?.[1];
  assert.ok(key && id, shown.html);
  return { key, id: Number(id), shown };
}

async function actions(house: House): Promise<string[]> {
  const page = { page: 1, pageSize: 50 };
  const { items } = await house.store.auditLog.list({}, page);
  return items.map(({ action }) => action);
}

forEachStore(
  "a source is made, its key shown once, replaced, changed and deleted, each with a row in the audit log",
  async (store) => {
    const house = new House(store);
    await house.furnish();
    const tab = await house.tabOf("admin");
    const { key, id, shown } = await made(
      tab,
      "grafana",
      "Production <Grafana>",
    );
    assert.equal(shown.headers.get("cache-control"), "no-store");
    assert.match(shown.html, /Production &lt;Grafana&gt;/);
    const path = `/alert-sources/${id}`;
    assert.ok(!(await tab.open(path)).html.includes(key), "only this once");

    await tab.open(`${path}/regenerate-key`);
    const fresh = await tab.submit(`${path}/regenerate-key`);
    assert.match(fresh.html, /The old key has stopped working/);
    assert.ok(!fresh.html.includes(key));

    await tab.open(`${path}/edit`);
    const saved = await tab.submit(`${path}/edit`, {
      name: "Grafana",
      team_id: "1",
      escalation_policy_id: "1",
      "settings.default_severity": "warning",
      "settings.no_data": "resolve",
      "settings.auto_resolve_after_minutes": "90",
      "settings.refire_cooldown_minutes": "0",
    });
    assert.equal(saved.path, path);
    const source = await store.sources.find(id);
    assert.equal(source?.enabled, false, "the mark was not set");
    assert.deepEqual(source.settings, {
      ...DEFAULT_SOURCE_SETTINGS,
      defaultSeverity: "warning",
      noData: "resolve",
      autoResolveAfterMinutes: 90,
      refireCooldownMinutes: 0,
    });

    await tab.open(`${path}/delete`);
    assert.equal((await tab.submit(`${path}/delete`)).path, "/alert-sources");
    assert.deepEqual(await actions(house), [
      "alert_source.delete",
      "alert_source.update",
      "alert_source.regenerate_key",
      "alert_source.create",
    ]);
    const log = JSON.stringify(
      await store.auditLog.list({}, { page: 1, pageSize: 50 }),
    );
    assert.ok(!log.includes(key), "the log holds no key");
    house.pagerpal.closeStreams();
    await house.pagerpal.stop();
  },
);

for (const kind of SOURCE_KINDS) {
  inHouse(
    `a test alert of a ${kind} source goes through the front door, pages nobody and closes by itself`,
    async (house) => {
      await house.furnish();
      const tab = await house.tabOf("admin");
      const { id } = await made(tab, kind);
      const path = `/alert-sources/${id}/test`;
      const sent = await tab.submit(path);
      assert.match(sent.html, /opened a test incident/, sent.html);
      const incidentId = Number(
        /href="\/incidents\/(\d+)">Open incident/.exec(sent.html)?.[1],
      );
      const incident = await house.store.incidents.find(incidentId);
      assert.equal(incident?.sourceId, id);
      assert.equal(incident.isTest, true);
      assert.equal(incident.autoResolveAtMs, NOW_MS + 600_000);
      assert.deepEqual(
        await house.store.notifications.listByIncident(incidentId),
        [],
      );
      const source = await house.store.sources.find(id);
      assert.equal(source?.lastAlertAtMs, NOW_MS);
      assert.equal(source.lastProblem, null);
      const again = await tab.submit(path);
      assert.match(again.html, /still open, so it is counted there/);
    },
  );
}

inHouse(
  "a test with a key that is pasted says when it is not this source's, and never shows it",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("admin");
    const first = await made(tab, "generic");
    const other = await made(tab, "grafana");
    const page = `/alert-sources/${first.id}`;
    const path = `${page}/test`;
    await tab.open(page);
    for (
      const [api_key, words] of [
        ["", "Paste the key"],
        ["hunter2", "This is no key"],
        [other.key, "the key of another source"],
      ] as const
    ) {
      const refused = await tab.submit(path, { api_key });
      assert.equal(refused.status, 422);
      assert.ok(refused.html.includes(words), words);
      if (api_key) assert.ok(!refused.html.includes(api_key));
    }
    const forged = first.key.slice(0, 10) + "x".repeat(22);
    const refused = await tab.submit(path, { api_key: forged });
    assert.match(refused.html, /front door refused it \(401\)/);
    assert.ok(!refused.html.includes(forged));
    const sent = await tab.submit(path, { api_key: first.key });
    assert.match(sent.html, /opened a test incident/);
    assert.ok(!sent.html.includes(first.key));
    const stale = await tab.post(path, { _csrf: "old", api_key: first.key });
    assert.equal(stale.status, 403);
    assert.ok(!stale.html.includes(first.key), "nor in a form to send again");
  },
);

inHouse("wrong settings say so and keep what was typed", async (house) => {
  await house.furnish();
  const tab = await house.tabOf("admin");
  const { id } = await made(tab, "cloudwatch");
  const path = `/alert-sources/${id}/edit`;
  await tab.open(path);
  const refused = await tab.submit(path, {
    name: "x".repeat(101),
    team_id: "1",
    escalation_policy_id: "77",
    "settings.default_severity": "worst",
    "settings.auto_resolve_after_minutes": "a while",
    "settings.refire_cooldown_minutes": "-1",
    "settings.sns_topic_arn": "arn:aws:s3:::bucket",
    "settings.sns_max_age_minutes": "",
  });
  assert.equal(refused.status, 422);
  for (
    const field of [
      "name",
      "settings.default_severity",
      "settings.auto_resolve_after_minutes",
      "settings.refire_cooldown_minutes",
      "settings.sns_topic_arn",
      "settings.sns_max_age_minutes",
    ]
  ) assert.ok(refused.html.includes(`id="f-${field}-wrong"`), field);
  assert.match(refused.html, /value="a while"/);
  assert.match(refused.html, /value="arn:aws:s3:::bucket"/);
  const source = await house.store.sources.find(id);
  assert.deepEqual(source?.settings, DEFAULT_SOURCE_SETTINGS);
});

inHouse(
  "a topic that waits is named, and the reason why it cannot be approved is said",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("admin");
    const { id } = await made(tab, "cloudwatch");
    const path = `/alert-sources/${id}`;
    const pendingTopicArn = "arn:aws:sns:eu-central-1:123456789012:alarms";
    const source = await house.store.sources.find(id);
    assert.ok(source);
    const sns = {
      ...source.sns,
      pendingTopicArn,
      pendingToken: "t".repeat(64),
    };
    await house.store.sources.update(id, { sns }, NOW_MS);
    const shown = await tab.open(path);
    assert.ok(shown.html.includes(pendingTopicArn));
    // No test may call out, so AWS cannot be asked.
    const refused = await tab.submit(`${path}/approve-sns-subscription`);
    assert.match(refused.html, /notice tone-bad" tabindex/);
    assert.equal(
      (await house.store.sources.find(id))?.settings.snsTopicArn,
      null,
    );
  },
);

inHouse(
  "a source with incidents is not deleted: they are named, and what to do instead",
  async (house) => {
    await house.furnish();
    const id = await house.alert({ title: `<img onerror="x">` });
    const tab = await house.tabOf("admin");
    const asked = await tab.open("/alert-sources/1/delete");
    assert.match(asked.html, /cannot be deleted yet/);
    assert.ok(asked.html.includes(`href="/incidents/${id}"`));
    assert.ok(!asked.html.includes("<img"));
    assert.match(asked.html, /Switch it off instead/);
  },
);

const URL_ = "https://pager.example.com/api/v1/x";
const KEY = `pp${"k".repeat(30)}`;

Deno.test("the YAML to paste says what the tools want", () => {
  const [receiver] = snippets("alertmanager", { url: URL_, key: KEY });
  assert.deepEqual(parse(receiver?.text ?? ""), {
    receivers: [{
      name: "pagerpal",
      webhook_configs: [{
        url: URL_,
        send_resolved: true,
        max_alerts: 0,
        http_config: { authorization: { type: "Bearer", credentials: KEY } },
      }],
    }],
  });
  const [contact] = snippets("grafana", { url: URL_, key: KEY });
  assert.deepEqual(parse(contact?.text ?? "").contactPoints[0].receivers[0], {
    uid: "pagerpal",
    type: "webhook",
    disableResolveMessage: false,
    settings: {
      url: URL_,
      httpMethod: "POST",
      authorization_scheme: "Bearer",
      authorization_credentials: KEY,
      maxAlerts: 0,
    },
  });
});

Deno.test("the curl to paste holds JSON, and the SNS address holds the key as a password", () => {
  for (const { text } of snippets("generic", { url: URL_, key: KEY })) {
    const body = /-d '(.*)'$/s.exec(text)?.[1] ?? "";
    assert.ok(JSON.parse(body).external_id);
    assert.ok(text.includes(`X-API-Key: ${KEY}`));
  }
  const [address] = snippets("cloudwatch", { url: URL_, key: KEY });
  assert.equal(new URL(address?.text ?? "").password, KEY);
});

inHouse("the snippets on the page work as they are pasted", async (house) => {
  await house.furnish();
  const tab = await house.tabOf("admin");
  const { shown, key } = await made(tab, "generic");
  const [, pre = ""] = /<pre[^>]*>(.*?)<\/pre>/s.exec(shown.html) ?? [];
  const text = pre.replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const url = /curl -X POST '([^']*)'/.exec(text)?.[1] ?? "";
  const body = /-d '(.*)'$/s.exec(text)?.[1] ?? "";
  const response = await house.pagerpal.fetch(
    new Request(url, { method: "POST", headers: { "x-api-key": key }, body }),
  );
  assert.equal(response.status, 201);
  assert.equal((await response.json()).title, "Disk full on db-1");
});
