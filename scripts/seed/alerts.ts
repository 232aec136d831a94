/** What the demonstration's monitoring systems send, each in its own format. */

export interface DemoAlert {
  /** The name of the source that sends it. */
  source: string;
  body: unknown;
}

const probe = {
  external_id: "probe:checkout:latency",
  title: "Checkout p95 above 2 s for 5 minutes",
  severity: "warning",
  labels: { service: "checkout", region: "eu-west-1" },
};

/** The sources that send something; the others are there to be looked at. */
export const SENDING = [
  "Checkout probes",
  "Payments Grafana",
  "Platform Alertmanager",
];

/** Promises what they send, in order, as of `nowMs`: the second alert is over when the last has been posted. */
export function demoAlerts(nowMs: number): DemoAlert[] {
  const startsAt = new Date(nowMs - 4 * 60_000).toISOString();
  return [
    {
      source: "Checkout probes",
      body: {
        external_id: "probe:checkout:card-payments",
        title: "Card payments fail in eu-west-1",
        description:
          "17 of 20 test payments were declined by the gateway in the last 2 minutes.",
        severity: "critical",
        labels: { service: "checkout", region: "eu-west-1" },
        runbook_url: "https://runbooks.example.com/payments/card-failures",
      },
    },
    { source: "Checkout probes", body: probe },
    {
      source: "Payments Grafana",
      body: {
        status: "firing",
        version: "1",
        receiver: "pagerpal",
        title: "[FIRING:1] Refund queue is not draining",
        state: "alerting",
        groupKey: '{}:{alertname="RefundQueue"}',
        groupLabels: { alertname: "RefundQueue" },
        commonLabels: { alertname: "RefundQueue", severity: "error" },
        commonAnnotations: { summary: "Refund queue is not draining" },
        externalURL: "https://grafana.example.com/",
        truncatedAlerts: 0,
        alerts: [{
          status: "firing",
          labels: { alertname: "RefundQueue", severity: "error" },
          annotations: {
            summary: "Refund queue is not draining",
            description: "4,210 refunds have waited for more than 10 minutes.",
          },
          startsAt,
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL:
            "https://grafana.example.com/alerting/grafana/refunds/view",
          fingerprint: "5d1a3c0e9b7f2468",
          values: { A: 4210 },
        }],
      },
    },
    {
      source: "Platform Alertmanager",
      body: {
        version: "4",
        status: "firing",
        receiver: "pagerpal",
        groupKey: '{}:{alertname="DiskWillFill"}',
        groupLabels: { alertname: "DiskWillFill" },
        commonLabels: { alertname: "DiskWillFill", severity: "error" },
        commonAnnotations: {},
        externalURL: "http://alertmanager.example.com:9093",
        truncatedAlerts: 0,
        alerts: ["db-2", "db-5"].map((instance, index) => ({
          status: "firing",
          labels: { alertname: "DiskWillFill", severity: "error", instance },
          annotations: {
            summary: `Disk of ${instance} is full in 3 hours`,
            description: "At the rate of the last hour.",
          },
          startsAt,
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "http://prometheus.example.com:9090/graph",
          fingerprint: `a1b2c3d4e5f6071${index}`,
        })),
      },
    },
    { source: "Checkout probes", body: { ...probe, status: "resolved" } },
  ];
}
