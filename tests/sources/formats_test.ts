/** What holds for every format: whatever is posted is read without a crash, within limits, and the same each time. */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  SOURCE_KINDS,
  type SourceKind,
} from "../../src/domain/intake/alert_source.ts";
import { MOST_ALERTS_PER_REQUEST } from "../../src/ports/source_format.ts";
import {
  alertsOf,
  aRequest,
  assertWithinLimits,
  formats,
  onlyAlert,
  read,
  refusalOf,
  sample,
} from "./fixture.ts";

const nasty = fc.constantFrom(
  "",
  "\u0000",
  "\ud800",
  "\u202eevil",
  "a\r\nBcc: x",
  "x".repeat(3_000),
  " ".repeat(3_000) + "x",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "javascript:alert(1)",
  "https://u:p@e.example/",
  "__proto__",
);
const anyText = fc.oneof(
  nasty,
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme", size: "large" }),
);
const anyValue = fc.oneof(
  { weight: 3, arbitrary: anyText },
  fc.jsonValue(),
  fc.double(),
);
const labels = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(anyText, anyValue, { maxKeys: 80 }) },
  anyValue,
);
const record = (values: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(values, { requiredKeys: [] });
const status = fc.constantFrom("firing", "resolved", "ok", "alerting", 5);

const member = record({
  status: fc.constantFrom("firing", "resolved"),
  labels,
  annotations: record({ summary: anyValue, description: anyValue }),
  fingerprint: anyValue,
  startsAt: anyValue,
  generatorURL: anyValue,
  values: anyValue,
});
const group = record({
  alerts: fc.array(member, { maxLength: 4 }),
  groupKey: anyValue,
  externalURL: anyValue,
  truncatedAlerts: anyValue,
});
const legacy = record({
  ruleId: anyValue,
  ruleName: anyValue,
  orgId: anyValue,
  state: fc.oneof(status, anyValue),
  evalMatches: anyValue,
  tags: labels,
  message: anyValue,
  ruleUrl: anyValue,
});
const ours = record({
  external_id: anyText,
  title: anyText,
  description: anyValue,
  severity: fc.constantFrom("critical", "low", "what"),
  status,
  starts_at: anyValue,
  labels,
  links: fc.oneof(
    anyValue,
    fc.array(anyValue),
    fc.dictionary(anyText, anyText),
  ),
  url: anyValue,
  test: anyValue,
});
const alarm = record({
  AlarmName: anyValue,
  NewStateValue: fc.constantFrom("ALARM", "OK", "INSUFFICIENT_DATA", "X"),
  AlarmArn: anyValue,
  AlarmTags: labels,
  StateChangeTime: anyValue,
  Trigger: record({ Dimensions: anyValue, Metrics: anyValue }),
  TriggeringChildren: anyValue,
});
const event = record({
  "detail-type": fc.string(),
  source: fc.constantFrom("aws.cloudwatch", "aws.ec2"),
  resources: anyValue,
  detail: record({
    alarmName: anyValue,
    state: record({ value: fc.constantFrom("ALARM", "OK"), reason: anyValue }),
    configuration: anyValue,
  }),
});
const envelope = record({
  Type: fc.constantFrom("Notification", "SubscriptionConfirmation", "X"),
  TopicArn: fc.constant("arn:aws:sns:eu-central-1:123456789012:a"),
  Message: anyValue,
  MessageId: anyValue,
  SigningCertURL: anyValue,
});

const NEAR: Record<SourceKind, fc.Arbitrary<unknown>> = {
  generic: ours,
  grafana: fc.oneof(group, legacy),
  alertmanager: group,
  cloudwatch: fc.oneof(alarm, event, envelope),
};

for (const kind of SOURCE_KINDS) {
  Deno.test(`${kind} reads any JSON, within limits and the same each time`, async () => {
    const bodies = fc.oneof(
      {
        weight: 4,
        arbitrary: NEAR[kind].map((value) => JSON.stringify(value)),
      },
      fc.json(),
      fc.string({ unit: "binary" }),
    );
    const headers = fc.constantFrom<Record<string, string>>(
      {},
      { "x-amz-sns-rawdelivery": "true" },
    );
    await fc.assert(
      fc.asyncProperty(bodies, headers, async (body, sent) => {
        const patch = {
          headers: sent,
          settings: { snsAllowRawDelivery: true },
        };
        const reading = await read(kind, body, patch);
        if (reading.kind === "alerts") {
          reading.alerts.forEach(assertWithinLimits);
        }
        assert.deepEqual(await read(kind, body, patch), reading);
      }),
      { numRuns: 300 },
    );
  });

  Deno.test(`${kind} survives JSON that is nested without end`, async () => {
    const depth = 200_000;
    const deep = '{"0":'.repeat(depth) + "1" + "}".repeat(depth);
    const list = "[".repeat(depth) + "]".repeat(depth);
    const bodies = [
      deep,
      list,
      `{"title":"T","external_id":"a","extra":${deep},"labels":{"a":${deep}},"links":${list},"description":${deep}}`,
      `{"alerts":[{"labels":{"alertname":"A","x":${deep}},"annotations":{"summary":${list}},"values":{"a":${deep}},"extra":${deep}}]}`,
      `{"ruleId":1,"state":"alerting","evalMatches":[${deep}],"tags":{"a":${deep}}}`,
      `{"AlarmName":"a","NewStateValue":"ALARM","Trigger":${deep},"AlarmTags":${deep},"x":${list}}`,
      `{"detail-type":"x","source":"y","resources":[${deep}],"detail":${deep}}`,
    ];
    for (const body of bodies) {
      const reading = await read(kind, body, {
        settings: { snsAllowRawDelivery: true },
      });
      if (reading.kind === "alerts") alertsOf(reading);
    }
  });
}

Deno.test("a sample cut short anywhere, or with a byte changed, is read without a crash", async () => {
  const folders: [string, SourceKind][] = [
    ["grafana", "grafana"],
    ["grafana-legacy", "grafana"],
    ["alertmanager", "alertmanager"],
    ["cloudwatch", "cloudwatch"],
  ];
  for (const [folder, kind] of folders) {
    const names = [...Deno.readDirSync(
      new URL(`../samples/${folder}`, import.meta.url),
    )].map(({ name }) => name).sort();
    const damage = fc.record({
      name: fc.constantFrom(...names),
      at: fc.nat(8_000),
      cut: fc.boolean(),
      unit: fc.constantFrom("\u0000", '"', "}", "\ud800", "9", "null"),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ name, at, cut, unit }) => {
        const text = sample(`${folder}/${name}`);
        const body = cut
          ? text.slice(0, at)
          : text.slice(0, at) + unit + text.slice(at + 1);
        const reading = await read(kind, body, {
          settings: { snsAllowRawDelivery: true },
        });
        if (reading.kind === "alerts") alertsOf(reading);
      }),
    );
  }
});

Deno.test("the list has every kind of source under its own name", () => {
  for (const kind of SOURCE_KINDS) assert.equal(formats[kind].kind, kind);
});

for (const kind of ["grafana", "alertmanager"] as const) {
  Deno.test(`${kind} refuses too many alerts whole, without looking at them`, async () => {
    const alert = { status: "firing", labels: { alertname: "A" } };
    const of = (count: number) => ({ alerts: new Array(count).fill(alert) });
    const most = await read(kind, of(MOST_ALERTS_PER_REQUEST));
    assert.equal(alertsOf(most).length, MOST_ALERTS_PER_REQUEST);
    const refusal = refusalOf(
      await read(kind, of(MOST_ALERTS_PER_REQUEST + 1)),
    );
    assert.deepEqual([refusal.status, refusal.code, refusal.field], [
      413,
      "too_many_alerts",
      "alerts",
    ]);
    // Were they looked at, these would be a 422.
    const bad = await read(kind, `{"alerts":[${"0,".repeat(99_999)}0]}`);
    assert.equal(refusalOf(bad).status, 413);
  });

  Deno.test(`the order of labels does not change ${kind}'s external id`, async () => {
    const pairs = fc.uniqueArray(
      fc.tuple(fc.string({ minLength: 1 }), fc.string()),
      { minLength: 1, selector: ([name]) => name },
    );
    const shuffled = pairs.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length }),
      )
    );
    await fc.assert(fc.asyncProperty(shuffled, async ([one, other]) => {
      const [a, b] = await Promise.all([one, other].map((labels) => {
        const body = { alerts: [{ labels: Object.fromEntries(labels) }] };
        return read(kind, body).then(onlyAlert);
      }));
      assert.equal(a?.externalId, b?.externalId);
    }));
  });
}

Deno.test("different labels have different external ids", async () => {
  const some = fc.dictionary(fc.string({ unit: "binary" }), fc.string(), {
    minKeys: 1,
    noNullPrototype: true,
  });
  await fc.assert(fc.asyncProperty(some, some, async (one, other) => {
    const id = (labels: unknown) =>
      read("alertmanager", { alerts: [{ labels }] }).then(onlyAlert)
        .then(({ externalId }) => externalId);
    const same = JSON.stringify(Object.entries(one).sort()) ===
      JSON.stringify(Object.entries(other).sort());
    assert.equal(await id(one) === await id(other), same);
  }));
});

Deno.test("a title of a megabyte is cut", async () => {
  const huge = "ä".repeat(1_000_000);
  for (
    const [kind, body] of [
      ["generic", { title: huge, description: huge }],
      ["grafana", { alerts: [{ labels: { alertname: huge } }] }],
      ["alertmanager", { alerts: [{ labels: { alertname: huge } }] }],
      ["cloudwatch", { AlarmName: huge, NewStateValue: "ALARM" }],
    ] as const
  ) {
    const request = aRequest(kind, body, {
      settings: { snsAllowRawDelivery: true },
    });
    const alert = onlyAlert(await formats[kind].read(request));
    assert.equal(alert.title.length, 300);
  }
});
