import assert from "node:assert/strict";
import { createSourceFormats } from "../../src/sources/formats.ts";
import { healthyAws, SAMPLE_CERT } from "./fake_aws.ts";
import {
  alertsOf,
  aRequest,
  brief,
  onlyAlert,
  read,
  refusalOf,
  type RequestPatch,
  sample,
  TOPIC,
} from "./fixture.ts";

const ALARM_ARN =
  "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:api-5xx-rate";
const EVENT_ARN =
  "arn:aws:cloudwatch:us-east-1:123456789012:alarm:ServerCpuTooHigh";
const RAW = { snsAllowRawDelivery: true };
const RAW_HEADERS = {
  "x-amz-sns-rawdelivery": "true",
  "x-amz-sns-topic-arn": TOPIC,
  "x-amz-sns-message-id": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
};

/** Reads a signed sample a minute after its time, pinned to its topic. */
async function readSigned(name: string, patch: RequestPatch = {}) {
  const text = sample(name);
  const { cloudwatch } = createSourceFormats({
    fetch: healthyAws(SAMPLE_CERT).fetch,
  });
  const nowMs = Date.parse(JSON.parse(text).Timestamp) + 60_000;
  return await cloudwatch.read(aRequest("cloudwatch", text, {
    nowMs,
    ...patch,
    settings: { snsTopicArn: TOPIC, ...patch.settings },
  }));
}

/** Reads an alarm's bare JSON, as raw delivery brings it. */
const readMessage = (name: string, patch: RequestPatch = {}) =>
  read("cloudwatch", sample(`cloudwatch/${name}`), {
    ...patch,
    settings: { ...RAW, ...patch.settings },
  });

Deno.test("an alarm fires with name, reason, place and what is measured", async () => {
  const alert = onlyAlert(await readSigned("cloudwatch/sns-alarm.json"));
  assert.equal(brief(alert), `firing ${ALARM_ARN}`);
  assert.equal(alert.title, "api-5xx-rate");
  assert.match(alert.description, /^More than 5 errors in 5 minutes\n\nThresh/);
  assert.equal(alert.startsAtMs, Date.UTC(2026, 2, 2, 7, 14, 20, 640));
  assert.equal(alert.severity, "error");
  assert.deepEqual(alert.labels, {
    ApiName: "orders-api",
    account: "123456789012",
    metric: "5XXError",
    namespace: "AWS/ApiGateway",
    region: "eu-central-1",
  });
  assert.deepEqual(alert.links, [{
    label: "Open in CloudWatch",
    url:
      "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/api-5xx-rate",
  }]);
});

Deno.test("the signed samples open, close and note what they should", async () => {
  const cases: [string, string, string][] = [
    ["sns-alarm.json", `firing ${ALARM_ARN}`, "api-5xx-rate"],
    ["sns-ok.json", `resolved ${ALARM_ARN}`, "api-5xx-rate"],
    [
      "sns-insufficient-data.json",
      `note ${ALARM_ARN}`,
      "No data: api-5xx-rate",
    ],
    [
      "sns-math.json",
      `firing ${ALARM_ARN.replace("api-5xx-rate", "total-traffic")}`,
      "total-traffic",
    ],
    [
      "sns-composite.json",
      `firing ${ALARM_ARN.replace("api-5xx-rate", "service-down")}`,
      "service-down",
    ],
    ["sns-eventbridge-inside.json", `firing ${EVENT_ARN}`, "ServerCpuTooHigh"],
  ];
  for (const [name, expected, title] of cases) {
    const alert = onlyAlert(await readSigned(`cloudwatch/${name}`));
    assert.equal(brief(alert), expected, name);
    assert.equal(alert.title, title);
    const reading = await readSigned(`cloudwatch/${name}`);
    assert.ok(reading.kind === "alerts" && reading.messageId !== null);
  }
});

Deno.test("insufficient data follows the source's setting", async () => {
  for (
    const [noData, kind] of [
      ["ignore", "note"],
      ["page", "firing"],
      ["resolve", "resolved"],
    ] as const
  ) {
    const alert = onlyAlert(
      await readSigned("cloudwatch/sns-insufficient-data.json", {
        settings: { noData },
      }),
    );
    assert.equal(alert.kind, kind);
    assert.match(alert.remark, new RegExp(noData));
  }
});

Deno.test("every form of an alarm's message is read", async () => {
  const from = onlyAlert(
    await readMessage("message-alarm-from-insufficient.json"),
  );
  assert.equal(brief(from), `firing ${ALARM_ARN}`);
  const anomaly = onlyAlert(
    await readMessage("message-anomaly-detection.json"),
  );
  assert.equal(anomaly.labels.metric, "CPUUtilization");
  assert.equal(anomaly.labels.InstanceId, "i-12345678901234567");
  const math = onlyAlert(await readMessage("message-math.json"));
  assert.equal(math.labels.metric, "NetworkOut");
  const composite = onlyAlert(await readMessage("message-composite.json"));
  assert.match(composite.description, /Rule: ALARM\("api-5xx-rate"\) OR/);
  assert.match(composite.description, /Triggered by: api-5xx-rate/);
  const plain = onlyAlert(await readMessage("message-null-description.json"));
  assert.match(plain.description, /^Threshold Crossed/);
  const unicode = JSON.parse(sample("cloudwatch/message-unicode-name.json"));
  const named = onlyAlert(await readMessage("message-unicode-name.json"));
  assert.equal(named.title, unicode.AlarmName);
  assert.equal(named.externalId, unicode.AlarmArn);
});

Deno.test("alarm tags become labels and may name the severity", async () => {
  const alert = onlyAlert(await readMessage("message-with-alarm-tags.json"));
  assert.equal(alert.severity, "critical");
  assert.equal(alert.labels.team, "platform");
  const listed = {
    ...JSON.parse(sample("cloudwatch/message-alarm.json")),
    AlarmTags: [{ Key: "Severity", Value: "P3" }],
  };
  const other = await read("cloudwatch", listed, { settings: RAW });
  assert.equal(onlyAlert(other).severity, "warning");
});

Deno.test("without an ARN account, region and name are the key, and a contributor has its own", async () => {
  const alarm = JSON.parse(sample("cloudwatch/message-alarm.json"));
  const id = async (patch: Record<string, unknown>) =>
    onlyAlert(
      await read("cloudwatch", { ...alarm, ...patch }, { settings: RAW }),
    ).externalId;
  assert.equal(
    await id({ AlarmArn: undefined }),
    "123456789012:EU (Frankfurt):api-5xx-rate",
  );
  assert.equal(
    await id({ AlarmContributorId: "c-1" }),
    `${ALARM_ARN}#c-1`,
  );
  const long = await id({ AlarmArn: `${ALARM_ARN}${"x".repeat(255)}` });
  const longer = await id({ AlarmArn: `${ALARM_ARN}${"x".repeat(256)}` });
  assert.notEqual(long, longer);
});

Deno.test("an alarm in a state that is not known is noted", async () => {
  const alarm = JSON.parse(sample("cloudwatch/message-alarm.json"));
  const reading = await read("cloudwatch", {
    ...alarm,
    NewStateValue: "SLEEPING",
  }, { settings: RAW });
  assert.equal(onlyAlert(reading).kind, "note");
  assert.match(onlyAlert(reading).remark, /SLEEPING/);
});

Deno.test("other publishers' texts open an alert titled by subject or first line", async () => {
  const plain = onlyAlert(await readSigned("sns/notification-plain-text.json"));
  assert.equal(plain.kind, "firing");
  assert.equal(plain.title, "Disk full");
  assert.equal(plain.description, "The disk of db-1 is full");
  assert.match(plain.externalId, /^sns:[0-9a-f]{64}$/);
  const lines = onlyAlert(
    await readSigned("sns/notification-newlines-unicode.json"),
  );
  assert.match(lines.description, /^Zeile 1\nZeile 2\tTab „Ende“ 🔥/);
  const broken = onlyAlert(
    await readSigned("cloudwatch/sns-message-not-json.json"),
  );
  assert.equal(broken.kind, "firing");
  assert.equal(broken.title, 'ALARM: "x" in EU (Frankfurt)');
  const attributes = onlyAlert(
    await readSigned("sns/notification-with-attributes.json"),
  );
  assert.deepEqual(attributes.labels, { topic: TOPIC });
});

Deno.test("texts with the same subject are one alert, others are not", async () => {
  const id = async (body: string) =>
    onlyAlert(
      await read("cloudwatch", body, { settings: RAW, headers: RAW_HEADERS }),
    ).externalId;
  assert.equal(
    await id("Disk full\nat 08:00"),
    await id("Disk full\nat 09:00"),
  );
  assert.notEqual(await id("Disk full"), await id("Disk empty"));
});

Deno.test("the tampered and the replayed sample are refused", async () => {
  const tampered = refusalOf(
    await readSigned("sns/notification-bad-signature.json"),
  );
  assert.deepEqual([tampered.status, tampered.code], [
    403,
    "sns_signature_invalid",
  ]);
  const replayed = refusalOf(
    await read(
      "cloudwatch",
      sample("sns/notification-replayed-old-timestamp.json"),
      { settings: { snsTopicArn: TOPIC } },
    ),
  );
  assert.deepEqual([replayed.status, replayed.code], [
    403,
    "sns_message_stale",
  ]);
});

Deno.test("the confirmation samples are handled as genuine", async () => {
  for (
    const name of [
      "subscription-confirmation",
      "subscription-confirmation-sigv1",
    ]
  ) {
    const reading = await readSigned(`sns/${name}.json`);
    assert.ok(reading.kind === "handled");
    assert.match(reading.update.sns?.subscriptionArn ?? "", /2bcfbf39/);
  }
  const over = await readSigned("sns/unsubscribe-confirmation.json");
  assert.ok(over.kind === "handled");
  assert.notEqual(over.update.sns?.disconnectedAtMs ?? null, null);
});

Deno.test("the headers SNS sends with each type are accepted", async () => {
  const sent: Record<string, { headers: Record<string, string> }> = JSON.parse(
    sample("sns/http-headers.json"),
  );
  const cases: [string, string][] = [
    ["Notification", "sns/notification-plain-text.json"],
    ["SubscriptionConfirmation", "sns/subscription-confirmation.json"],
    ["UnsubscribeConfirmation", "sns/unsubscribe-confirmation.json"],
  ];
  for (const [type, name] of cases) {
    const headers = sent[type]?.headers ?? {};
    assert.notEqual((await readSigned(name, { headers })).kind, "refused");
  }
});

Deno.test("raw delivery is refused unless an admin allows it", async () => {
  const bodies = ["just text", sample("cloudwatch/message-alarm.json")];
  for (const body of bodies) {
    const off = refusalOf(
      await read("cloudwatch", body, { headers: RAW_HEADERS }),
    );
    assert.equal(off.status, 403);
    assert.match(off.message, /raw message delivery/);
    const on = await read("cloudwatch", body, {
      headers: RAW_HEADERS,
      settings: RAW,
    });
    assert.equal(onlyAlert(on).kind, "firing");
    assert.ok(on.kind === "alerts");
    assert.equal(on.messageId, RAW_HEADERS["x-amz-sns-message-id"]);
  }
  const bare = refusalOf(
    await read("cloudwatch", sample("cloudwatch/message-alarm.json")),
  );
  assert.equal(bare.status, 403);
});

Deno.test("raw delivery of another topic than the pinned one is refused", async () => {
  const settings = { ...RAW, snsTopicArn: `${TOPIC}-other` };
  const refusal = refusalOf(
    await read("cloudwatch", "text", { headers: RAW_HEADERS, settings }),
  );
  assert.deepEqual([refusal.status, refusal.field], [403, "TopicArn"]);
});

Deno.test("an EventBridge event may come direct, with the alarm's ARN as its key", async () => {
  const alarm = await read(
    "cloudwatch",
    sample("cloudwatch/eventbridge-alarm-official.json"),
  );
  const [firing] = alertsOf(alarm);
  assert.equal(firing && brief(firing), `firing ${EVENT_ARN}`);
  assert.equal(firing?.startsAtMs, Date.UTC(2019, 9, 2, 17, 4, 40, 989));
  assert.equal(firing?.labels.InstanceId, "i-12345678901234567");
  assert.match(firing?.description ?? "", /^Goes into alarm when/);
  assert.ok(alarm.kind === "alerts");
  assert.equal(alarm.messageId, "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92");
  const ok = await read("cloudwatch", sample("cloudwatch/eventbridge-ok.json"));
  assert.equal(brief(onlyAlert(ok)), `resolved ${EVENT_ARN}`);
});

Deno.test("the SNS and the EventBridge form of one alarm have one key", async () => {
  const alarm = JSON.parse(sample("cloudwatch/message-alarm.json"));
  const event = JSON.parse(
    sample("cloudwatch/eventbridge-alarm-official.json"),
  );
  event.resources = [alarm.AlarmArn];
  const one = onlyAlert(await read("cloudwatch", alarm, { settings: RAW }));
  const other = onlyAlert(await read("cloudwatch", event));
  assert.equal(one.externalId, other.externalId);
});

Deno.test("other events open one alert per kind and resources", async () => {
  const event = (resources: string[], id = "1") => ({
    version: "0",
    id,
    "detail-type": "AWS Health Event",
    source: "aws.health",
    time: "2026-03-02T08:00:00Z",
    resources,
    detail: { id },
  });
  const id = async (body: unknown) =>
    onlyAlert(await read("cloudwatch", body)).externalId;
  assert.equal(await id(event(["a", "b"])), await id(event(["b", "a"], "2")));
  assert.notEqual(await id(event(["a"])), await id(event(["b"])));
  const alert = onlyAlert(await read("cloudwatch", event(["a"])));
  assert.equal(alert.title, "AWS Health Event (aws.health)");
});

Deno.test("what is none of the forms is refused with the field", async () => {
  const cases: [string, number, string | null][] = [
    ["", 400, null],
    ["{", 400, null],
    ["text", 400, null],
    ["[]", 422, "body"],
    ["{}", 422, "Type"],
    [
      '{"detail-type":"CloudWatch Alarm State Change","source":"aws.cloudwatch","detail":{}}',
      422,
      "detail.state.value",
    ],
  ];
  for (const [body, status, field] of cases) {
    const refusal = refusalOf(await read("cloudwatch", body));
    assert.deepEqual([refusal.status, refusal.field], [status, field], body);
  }
});
