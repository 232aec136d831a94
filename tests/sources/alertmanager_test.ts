import assert from "node:assert/strict";
import {
  alertsOf,
  brief,
  onlyAlert,
  read,
  refusalOf,
  sample,
} from "./fixture.ts";

const readSample = (name: string) =>
  read("alertmanager", sample(`alertmanager/${name}`));
const NODE_1 = "f404ecabc8dd5cd7";
const NODE_2 = "f8f08d4e32c61a9d";
const NODE_3 = "39f38c0611ee7abd";

Deno.test("a firing Prometheus alert carries title, severity, start and links", async () => {
  const alert = onlyAlert(await readSample("firing-single.json"));
  assert.equal(brief(alert), `firing ${NODE_1}`);
  assert.equal(alert.title, "Instance localhost:8081 down");
  assert.match(alert.description, /down for more than 1 minute/);
  assert.equal(alert.severity, "critical");
  assert.equal(alert.startsAtMs, Date.UTC(2026, 2, 2, 7, 14, 20, 326));
  assert.equal(alert.links[0]?.label, "Open in Prometheus");
});

Deno.test("groups open and close each member for itself", async () => {
  const cases: [string, string[]][] = [
    ["firing-multi.json", [
      `firing ${NODE_1}`,
      `firing ${NODE_2}`,
      `firing ${NODE_3}`,
    ]],
    ["mixed.json", [
      `firing ${NODE_2}`,
      `firing ${NODE_3}`,
      `resolved ${NODE_1}`,
    ]],
    ["all-resolved.json", [
      `resolved ${NODE_1}`,
      `resolved ${NODE_2}`,
      `resolved ${NODE_3}`,
    ]],
    ["resolved-single.json", [`resolved ${NODE_1}`]],
    ["receiver-escaped.json", [`firing ${NODE_1}`]],
  ];
  for (const [name, expected] of cases) {
    const found = alertsOf(await readSample(name)).map(brief);
    assert.deepEqual(new Set(found), new Set(expected), name);
  }
  assert.equal(alertsOf(await readSample("group-by-all.json")).length, 1);
});

Deno.test("an alert without a name is titled by its labels", async () => {
  const alert = onlyAlert(await readSample("no-alertname.json"));
  assert.equal(alert.title, "instance=localhost:8081, job=node");
});

Deno.test("the Watchdog never pages, firing or resolved", async () => {
  const text = sample("alertmanager/watchdog-deadman.json");
  const firing = onlyAlert(await read("alertmanager", text));
  assert.equal(firing.kind, "note");
  assert.match(firing.remark, /heartbeat/);
  const over = text.replaceAll('"firing"', '"resolved"');
  const stopped = onlyAlert(await read("alertmanager", over));
  assert.equal(stopped.kind, "note");
  assert.match(stopped.remark, /stopped/);
});

Deno.test("cut alerts are warned about", async () => {
  const body = JSON.parse(sample("alertmanager/firing-single.json"));
  const reading = await read("alertmanager", { ...body, truncatedAlerts: 7 });
  assert.ok(reading.kind === "alerts");
  assert.match(reading.warning ?? "", /cut 7 alerts.*max_alerts/);
});

Deno.test("what is not Alertmanager's payload is refused", async () => {
  const cases: [string, number, string | null][] = [
    ["{", 400, null],
    ["", 400, null],
    ["[]", 422, "body"],
    ["7", 422, "body"],
    ["{}", 400, "alerts"],
    ['{"alerts":{}}', 400, "alerts"],
    ['{"alerts":[{"labels":7}]}', 422, "alerts[0].labels"],
  ];
  for (const [body, status, field] of cases) {
    const refusal = refusalOf(await read("alertmanager", body));
    assert.deepEqual([refusal.status, refusal.field], [status, field], body);
  }
});
