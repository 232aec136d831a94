import assert from "node:assert/strict";
import {
  alertsOf,
  brief,
  onlyAlert,
  read,
  refusalOf,
  type RequestPatch,
  sample,
} from "./fixture.ts";

const readSample = (name: string, patch: RequestPatch = {}) =>
  read("grafana", sample(`grafana/${name}`), patch);
const WEB_01 = "c6d77ff164f32d36";
const WEB_02 = "3e3307343d98f56d";
const WEB_03 = "571b67f5173b812c";

Deno.test("a firing alert carries what its annotations, labels and links say", async () => {
  const alert = onlyAlert(await readSample("firing-single.json"));
  const { payload, links, ...rest } = alert;
  assert.deepEqual(rest, {
    kind: "firing",
    externalId: WEB_01,
    title: "Memory above 90 % on web-01",
    description:
      "Working set has stayed above the limit for 5 minutes\n\nValues: A=93.4, C=1",
    severity: "critical",
    startsAtMs: Date.UTC(2026, 2, 2, 7, 14, 20),
    labels: {
      alertname: "HighMemory",
      grafana_folder: "Infrastructure",
      instance: "web-01",
      severity: "critical",
      team: "platform",
    },
    isTest: false,
    remark: "",
  });
  assert.equal(JSON.parse(payload).fingerprint, WEB_01);
  assert.deepEqual(links.map(({ label }) => label), [
    "Open in Grafana",
    "Dashboard",
    "Panel",
    "Runbook",
    "Silence",
  ]);
  assert.equal(links[3]?.url, "https://wiki.example.com/runbooks/high-memory");
});

Deno.test("every alert of a group stands for itself", async () => {
  const firing = await readSample("firing-multi.json");
  assert.deepEqual(alertsOf(firing).map(brief), [
    `firing ${WEB_01}`,
    `firing ${WEB_02}`,
    `firing ${WEB_03}`,
  ]);
  const mixed = await readSample("mixed-firing-and-resolved.json");
  assert.deepEqual(
    new Set(alertsOf(mixed).map(brief)),
    new Set([`resolved ${WEB_01}`, `firing ${WEB_02}`, `firing ${WEB_03}`]),
  );
});

Deno.test("the recovery and the repetition have the key and start of the firing", async () => {
  const firing = onlyAlert(await readSample("firing-single.json"));
  for (const name of ["resolved-single.json", "repeat-same-firing.json"]) {
    const later = onlyAlert(await readSample(name));
    assert.equal(later.externalId, firing.externalId);
    assert.equal(later.startsAtMs, firing.startsAtMs);
    assert.equal(
      later.kind,
      name.startsWith("resolved") ? "resolved" : "firing",
    );
  }
});

Deno.test("a series that went missing recovers and says why", async () => {
  const alert = onlyAlert(await readSample("resolved-missing-series.json"));
  assert.equal(alert.kind, "resolved");
  assert.equal(alert.remark, "Grafana gives the reason MissingSeries.");
});

Deno.test("no data and data source errors are titled by the rule and page by default", async () => {
  const noData = onlyAlert(await readSample("nodata-datasource.json"));
  assert.equal(brief(noData), "firing 11fe35cd666604c0");
  assert.equal(noData.title, "No data: HighMemory");
  assert.match(noData.description, /Memory above 90 % on \[no value\]/);

  const error = onlyAlert(await readSample("error-datasource.json"));
  assert.equal(brief(error), "firing 853bcc9a53c5a62b");
  assert.equal(error.title, "Data source error: HighMemory");
  assert.match(error.description, /connection refused/);
});

Deno.test("no data follows the source's setting, its recovery always recovers", async () => {
  const kinds = [["ignore", "note"], ["page", "firing"], [
    "resolve",
    "resolved",
  ]] as const;
  for (const [noData, kind] of kinds) {
    const alert = onlyAlert(
      await readSample("nodata-datasource.json", { settings: { noData } }),
    );
    assert.equal(alert.kind, kind);
  }
  const over = sample("grafana/nodata-datasource.json")
    .replaceAll('"status": "firing"', '"status": "resolved"');
  const recovery = await read("grafana", over, {
    settings: { noData: "ignore" },
  });
  assert.equal(onlyAlert(recovery).kind, "resolved");
});

Deno.test("the test button's alert is marked as a test", async () => {
  const alert = onlyAlert(await readSample("test-button.json"));
  assert.equal(alert.isTest, true);
  assert.equal(alert.startsAtMs, Date.UTC(2026, 2, 2, 9, 5, 0, 123));
  const renamed = JSON.parse(sample("grafana/test-button.json"));
  renamed.alerts[0].labels = { alertname: "Anything" };
  assert.equal(onlyAlert(await read("grafana", renamed)).isTest, true);
  renamed.groupKey = '{}:{alertname="Anything"}';
  assert.equal(onlyAlert(await read("grafana", renamed)).isTest, false);
});

Deno.test("alerts that Grafana cut are counted in a warning and the rest is taken", async () => {
  const reading = await readSample("truncated-alerts.json");
  assert.equal(alertsOf(reading).length, 2);
  assert.ok(reading.kind === "alerts");
  assert.match(reading.warning ?? "", /cut 41 alerts/);
});

Deno.test("a group without alerts is taken and changes nothing", async () => {
  assert.deepEqual(await readSample("empty-alerts.json"), {
    kind: "alerts",
    alerts: [],
    messageId: null,
    warning: null,
  });
});

Deno.test("the official example, images, enrichments and old versions are read", async () => {
  const official = alertsOf(await readSample("official-docs-example.json"));
  assert.equal(official.length, 2);
  assert.ok(official.every(({ kind }) => kind === "firing"));
  const image = onlyAlert(await readSample("with-image-and-enrichments.json"));
  assert.ok(image.links.some(({ label }) => label === "Image"));
  const old = onlyAlert(
    await readSample("missing-optional-fields-old-version.json"),
  );
  assert.equal(brief(old), `firing ${WEB_01}`);
});

Deno.test("without fingerprints the labels are the key, whatever their order", async () => {
  const at = (labels: Record<string, string>, status = "firing") =>
    read("grafana", { alerts: [{ status, labels }] }).then(onlyAlert);
  const one = await at({ alertname: "A", instance: "x" });
  const turned = await at({ instance: "x", alertname: "A" }, "resolved");
  const other = await at({ alertname: "A", instance: "y" });
  assert.equal(turned.externalId, one.externalId);
  assert.notEqual(other.externalId, one.externalId);
});

Deno.test("one odd optional field is dropped and the alert kept", async () => {
  const reading = await read("grafana", {
    alerts: [{
      status: "firing",
      labels: { alertname: "A", count: 3, on: true, deep: { a: 1 }, no: null },
      annotations: "none",
      startsAt: 5,
      fingerprint: 12345,
      generatorURL: { a: 1 },
      values: [1, 2],
      dashboardURL: "javascript:alert(1)",
    }],
    truncatedAlerts: "many",
    groupKey: null,
  });
  const alert = onlyAlert(reading);
  assert.deepEqual(alert.labels, { alertname: "A", count: "3", on: "true" });
  assert.deepEqual(alert.links, []);
  assert.equal(alert.startsAtMs, null);
  assert.match(alert.remark, /start “5” is not a time/);
});

Deno.test("a body of the wrong shape is refused with the field", async () => {
  const labels = { alertname: "A" };
  const cases: [unknown, string][] = [
    [[{ labels }, { labels }, { labels }, { labels: "x" }], "alerts[3].labels"],
    [[{ labels: ["x"] }], "alerts[0].labels"],
    [[{ labels }, 5], "alerts[1]"],
    [[null], "alerts[0]"],
    [[{ labels, status: "sleeping" }], "alerts[0].status"],
    [[{ status: "firing" }], "alerts[0].labels"],
  ];
  for (const [alerts, field] of cases) {
    const refusal = refusalOf(await read("grafana", { alerts }));
    assert.equal(refusal.status, 422);
    assert.equal(refusal.field, field);
    assert.ok(refusal.message.includes(field), refusal.message);
  }
});

Deno.test("custom payloads and Slack messages are refused with a hint", async () => {
  const cases: [string, RegExp][] = [
    [sample("grafana/custom-payload-no-alerts.json"), /custom payload/],
    [sample("grafana/custom-payload-not-json.txt"), /custom payload/],
    [sample("grafana/invalid-alerts-not-an-array.json"), /called “alerts”/],
    ['{"text":"x","attachments":[{"title":"a"}]}', /Slack/],
    ["[]", /custom payload/],
    ["null", /custom payload/],
  ];
  for (const [body, hint] of cases) {
    const refusal = refusalOf(await read("grafana", body));
    assert.equal(refusal.status, 400);
    assert.match(refusal.message, hint);
    // Grafana logs the first 1,024 bytes of the answer.
    assert.ok(refusal.message.length < 500);
  }
});

Deno.test("truncated JSON is refused with a sentence that quotes nothing", async () => {
  const whole = sample("grafana/firing-single.json");
  const refusal = refusalOf(await read("grafana", whole.slice(0, 900)));
  assert.equal(refusal.status, 400);
  assert.match(refusal.message, /ends too early/);
  assert.ok(!refusal.message.includes("HighMemory"));
});

Deno.test("severity comes from a label's usual word, else from the source", async () => {
  const cases: [Record<string, unknown>, string, RegExp][] = [
    [{ severity: "Warn" }, "warning", /^$/],
    [{ Priority: "P1" }, "critical", /^$/],
    [{ severity: "weird", level: "info" }, "info", /^$/],
    [{ severity: "weird" }, "critical", /“weird” is not known/],
    [{}, "critical", /^$/],
  ];
  for (const [labels, severity, remark] of cases) {
    const alert = onlyAlert(
      await read("grafana", {
        alerts: [{ labels: { alertname: "A", ...labels } }],
      }, { settings: { defaultSeverity: "critical" } }),
    );
    assert.equal(alert.severity, severity);
    assert.match(alert.remark, remark);
  }
});
