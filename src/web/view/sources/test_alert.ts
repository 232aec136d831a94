/** What each kind of monitoring system would send if somebody pressed its test button. */
import type { SourceKind } from "../../../domain/intake/alert_source.ts";

const TITLE = "Test alert from PagerPal";
const WORDS =
  "Somebody pressed the button. It pages nobody and closes by itself.";

/** Promises the JSON body of a test alert for the intake of this kind; pressed again it is the same alert. */
export function testAlert(
  kind: SourceKind,
  nowMs: number,
): Record<string, unknown> {
  const now = new Date(nowMs).toISOString();
  switch (kind) {
    case "generic":
      return {
        title: TITLE,
        description: WORDS,
        external_id: "pagerpal-test",
        severity: "info",
        test: true,
      };
    case "grafana":
    case "alertmanager":
      return group(now);
    case "cloudwatch":
      return event(now);
  }
}

/** The shape that Grafana and Alertmanager share; the label is what marks it as a test. */
function group(now: string) {
  const labels = {
    alertname: "PagerPalTest",
    severity: "info",
    pagerpal_test: "true",
  };
  return {
    version: "4",
    status: "firing",
    receiver: "pagerpal",
    groupKey: '{}:{alertname="PagerPalTest"}',
    truncatedAlerts: 0,
    externalURL: "",
    groupLabels: { alertname: labels.alertname },
    commonLabels: labels,
    commonAnnotations: {},
    alerts: [{
      status: "firing",
      labels,
      annotations: { summary: TITLE, description: WORDS },
      startsAt: now,
      endsAt: "0001-01-01T00:00:00Z",
      generatorURL: "",
      fingerprint: "",
    }],
  };
}

/** An event of an EventBridge bus of one's own; SNS messages carry a signature that only AWS can make. */
function event(now: string) {
  return {
    version: "0",
    "detail-type": TITLE,
    source: "pagerpal.test",
    account: "",
    region: "",
    time: now,
    resources: [],
    detail: { test: true, description: WORDS },
  };
}
