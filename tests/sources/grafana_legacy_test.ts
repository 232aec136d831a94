import assert from "node:assert/strict";
import {
  onlyAlert,
  read,
  refusalOf,
  type RequestPatch,
  sample,
} from "./fixture.ts";

const readSample = (name: string, patch: RequestPatch = {}) =>
  read("grafana", sample(`grafana-legacy/${name}`), patch);

Deno.test("a legacy rule that alerts fires with its name, message and values", async () => {
  const alert = onlyAlert(await readSample("alerting.json"));
  assert.equal(alert.kind, "firing");
  assert.equal(alert.externalId, "grafana-legacy:1:17");
  assert.equal(alert.title, "High memory");
  assert.equal(
    alert.description,
    "Memory is above the limit\n\nmemory (instance=web-01): 93.4",
  );
  assert.equal(alert.severity, "critical");
  assert.equal(alert.isTest, false);
  assert.deepEqual(alert.links.map(({ label }) => label), [
    "Open in Grafana",
    "Image",
  ]);
});

Deno.test("a legacy rule is one alert, however many series match", async () => {
  const alert = onlyAlert(await readSample("multi-evalmatches.json"));
  assert.equal(alert.externalId, "grafana-legacy:1:17");
  assert.match(alert.description, /web-01[^]*web-02/);
});

Deno.test("a legacy rule that is ok recovers, and its bad-news text is not repeated", async () => {
  for (const name of ["ok.json", "ok-evalmatches-null.json"]) {
    const alert = onlyAlert(await readSample(name));
    assert.equal(alert.kind, "resolved");
    assert.equal(alert.externalId, "grafana-legacy:1:17");
    assert.equal(alert.description, "");
  }
});

Deno.test("legacy no data pages by default and follows the setting", async () => {
  const alert = onlyAlert(await readSample("no_data.json"));
  assert.equal(alert.kind, "firing");
  assert.equal(alert.title, "No data: High memory");
  for (
    const [noData, kind] of [["ignore", "note"], [
      "resolve",
      "resolved",
    ]] as const
  ) {
    const set = await readSample("no_data.json", { settings: { noData } });
    assert.equal(onlyAlert(set).kind, kind);
    assert.match(onlyAlert(set).remark, new RegExp(noData));
  }
});

Deno.test("paused, pending and unknown legacy states are only noted", async () => {
  for (const state of ["paused", "pending", "unknown"]) {
    const name = state === "unknown" ? "unknown-state.json" : `${state}.json`;
    const alert = onlyAlert(await readSample(name));
    assert.equal(alert.kind, "note");
    assert.ok(alert.remark.includes(state));
  }
});

Deno.test("the legacy test button is a test, also with a rule id that JSON cannot hold", async () => {
  for (const name of ["test-button.json", "test-button-huge-ruleid.json"]) {
    const alert = onlyAlert(await readSample(name));
    assert.equal(alert.isTest, true);
    assert.equal(alert.kind, "firing");
    assert.equal(alert.externalId, "grafana-legacy:0:test");
  }
});

Deno.test("version 4 names and a missing rule id are understood", async () => {
  const alert = onlyAlert(
    await read("grafana", {
      ruleName: "Disk",
      rule_url: "http://grafana.example.com/d/1",
      image_url: "http://grafana.example.com/i.png",
      state: "alerting",
      title: "[Alerting] Disk",
    }),
  );
  assert.equal(alert.externalId, "grafana-legacy::name:Disk");
  assert.equal(alert.links.length, 2);
});

Deno.test("a legacy body that names no rule is refused", async () => {
  const refusal = refusalOf(
    await read("grafana", { evalMatches: [], state: "ok" }),
  );
  assert.equal(refusal.status, 422);
  assert.equal(refusal.field, "ruleId");
});
