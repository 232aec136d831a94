/**
 * Every metric that PagerPal serves, with its help text. Names follow Prometheus (prometheus.io/docs/practices/naming):
 * base units, `_total` on what only grows. Labels take their values from lists that are known beforehand.
 */
import type client from "prom-client";
import { Counter, Gauge, Histogram } from "./prom_client.ts";

type Names = readonly string[];

const CHANNEL = ["channel", "provider"] as const;

/** From a millisecond, which an idle queue takes, to the quarter of an hour after which a page is given up. */
const PAGE_SECONDS = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  ...[10, 30, 60, 120, 300, 900],
];
const LATENESS_SECONDS = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
];
const PROVIDER_SECONDS = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];
const REQUEST_SECONDS = [0.001, ...PROVIDER_SECONDS];

export type Instruments = ReturnType<typeof createInstruments>;

/** Promises every instrument, registered in the registry and in no other. */
export function createInstruments(registry: client.Registry) {
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: Names = []) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: Names = []) =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = (
    name: string,
    help: string,
    { buckets, labelNames = [] }: { buckets: number[]; labelNames?: Names },
  ) => new Histogram({ name, help, labelNames, buckets, registers });
  return {
    ...paging({ counter, gauge, histogram }),
    ...providers({ counter, gauge, histogram }),
    ...service({ counter, gauge, histogram }),
    ...process({ counter, gauge }),
  };
}

interface Makers {
  counter(name: string, help: string, labels?: Names): client.Counter<string>;
  gauge(name: string, help: string, labels?: Names): client.Gauge<string>;
  histogram(
    name: string,
    help: string,
    options: { buckets: number[]; labelNames?: Names },
  ): client.Histogram<string>;
}

function paging({ counter, gauge, histogram }: Makers) {
  return {
    oldestUndelivered: gauge(
      "pagerpal_oldest_undelivered_page_age_seconds",
      "Since when the oldest page that is due has been due without a provider having taken it; 0 when none waits. Of the whole database.",
    ),
    oldestEscalation: gauge(
      "pagerpal_oldest_due_escalation_age_seconds",
      "How overdue the next action of the most overdue open incident is; 0 when none is. Of the whole database.",
    ),
    queue: gauge(
      "pagerpal_notifications",
      "Messages to be sent: waiting (due later), due, sending, or lease_expired (their sender died). Counted up to 10000 a channel. Of the whole database.",
      ["channel", "state"],
    ),
    openIncidents: gauge(
      "pagerpal_incidents_open",
      "Incidents that are not resolved. Of the whole database.",
      ["status", "severity"],
    ),
    exhausted: gauge(
      "pagerpal_incidents_exhausted",
      "Open incidents for which every step was tried and nobody answered. Of the whole database.",
    ),
    backedUp: gauge(
      "pagerpal_last_backup_timestamp_seconds",
      "When the newest backup that was made was begun, Unix time; 0 when none is known of. Of the whole database.",
    ),
    alertToPage: histogram(
      "pagerpal_alert_to_page_seconds",
      "From the receipt of the alert that opened an incident to a provider's acceptance of the incident's first page.",
      { buckets: PAGE_SECONDS },
    ),
    lateness: histogram(
      "pagerpal_escalation_lateness_seconds",
      "From the instant at which an incident's next action was due to the commit of what was done.",
      { buckets: LATENESS_SECONDS },
    ),
    pages: counter(
      "pagerpal_pages_total",
      "Attempts to send pages and resolutions whose outcome was recorded: sent, retried or failed.",
      ["channel", "outcome"],
    ),
    sentTwice: counter(
      "pagerpal_pages_maybe_sent_twice_total",
      "Messages sent of which an attempt before may have arrived too: its process died, or its answer was lost.",
      ["channel"],
    ),
    leaseExpiries: counter(
      "pagerpal_lease_expiries_total",
      "Messages, a bundle counting as one, taken over because the lease of their sender had run out.",
      ["channel"],
    ),
    findings: counter(
      "pagerpal_audit_findings_total",
      "What the self-audit found: rearmed and abandoned_page were mended, unmended was not.",
      ["kind"],
    ),
    alerts: counter(
      "pagerpal_alerts_total",
      "Alerts taken in, by the kind of their source and what became of them.",
      ["source_kind", "outcome"],
    ),
  };
}

function providers({ counter, gauge, histogram }: Makers) {
  return {
    attempts: counter(
      "pagerpal_provider_attempts_total",
      "Messages put to a provider, by its answer: sent, retry or permanent.",
      [...CHANNEL, "outcome"],
    ),
    attemptSeconds: histogram(
      "pagerpal_provider_attempt_duration_seconds",
      "How long a provider took to answer, or until its time was up.",
      { buckets: PROVIDER_SECONDS, labelNames: CHANNEL },
    ),
    refusals: counter(
      "pagerpal_provider_refusals_total",
      "Messages that were not put to a provider: its circuit was open, or too many were on their way.",
      [...CHANNEL, "reason"],
    ),
    circuit: gauge(
      "pagerpal_circuit_state",
      "1 for the state in which the provider's circuit is in this process: closed, open or half-open.",
      [...CHANNEL, "state"],
    ),
    circuitOpened: counter(
      "pagerpal_circuit_opened_total",
      "How often a provider's circuit has opened in this process.",
      CHANNEL,
    ),
    inFlight: gauge(
      "pagerpal_provider_in_flight",
      "Messages on their way to a provider from this process.",
      CHANNEL,
    ),
  };
}

function service({ counter, gauge, histogram }: Makers) {
  return {
    databaseUp: gauge(
      "pagerpal_database_up",
      "1 when the database answered this process in time, else 0; the metrics of the whole database are then left out.",
    ),
    workers: gauge(
      "pagerpal_worker_enabled",
      "1 for each worker that is switched on in this process: delivery, escalation.",
      ["worker"],
    ),
    jobRuns: counter(
      "pagerpal_job_runs_total",
      "Runs of the background jobs in this process, by outcome: ok or failed.",
      ["job_name", "outcome"],
    ),
    jobSuccess: gauge(
      "pagerpal_job_last_success_timestamp_seconds",
      "When the job last ended well in this process; absent until it has.",
      ["job_name"],
    ),
    jobSeconds: gauge(
      "pagerpal_job_last_duration_seconds",
      "How long the job's last run in this process took.",
      ["job_name"],
    ),
    healthchecks: counter(
      "pagerpal_healthchecks_total",
      "Minutes of the dead-man's switch: pinged, failed (it did not answer) or withheld (something was wrong).",
      ["outcome"],
    ),
    requests: counter(
      "pagerpal_http_requests_total",
      "Requests answered, by route pattern, method and class of status.",
      ["route", "method", "status"],
    ),
    requestSeconds: histogram(
      "pagerpal_http_request_duration_seconds",
      "How long an answer took, by route pattern; a stream's answer ends when it begins.",
      { buckets: REQUEST_SECONDS, labelNames: ["route"] },
    ),
    rateLimited: counter(
      "pagerpal_http_requests_rate_limited_total",
      "Requests answered 429.",
      ["route"],
    ),
    shed: counter(
      "pagerpal_http_requests_shed_total",
      "Requests answered 503 because the service had too much to do.",
      ["route"],
    ),
  };
}

function process({ counter, gauge }: Pick<Makers, "counter" | "gauge">) {
  return {
    build: gauge(
      "pagerpal_build_info",
      "Always 1; the version of PagerPal and of Deno.",
      ["version", "deno"],
    ),
    node: gauge(
      "pagerpal_node_info",
      "Always 1; the name of this process in settings and in leases.",
      ["node"],
    ),
    started: gauge(
      "process_start_time_seconds",
      "When the process started, Unix time.",
    ),
    cpu: counter(
      "process_cpu_seconds_total",
      "Processor time used by the process, user and system.",
    ),
    memory: gauge(
      "process_resident_memory_bytes",
      "Memory of the process that is resident.",
    ),
  };
}
