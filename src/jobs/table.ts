/** The table of jobs: what runs by itself, and when. */
import { audit } from "../app/incidents/audit.ts";
import type { Deliverer } from "../app/delivery/deliver.ts";
import type { NoticeDeliverer } from "../app/notices/deliver_notices.ts";
import type { Engine } from "../app/engine.ts";
import { escalateDue } from "../app/incidents/escalate.ts";
import type { Sending } from "../app/readiness/load_readiness.ts";
import { mailReadiness } from "../app/readiness/mail_readiness.ts";
import { planHandoffNotices } from "../app/notices/plan_handoff_notices.ts";
import { withdrawHandoffNotices } from "../app/notices/withdraw_handoff_notices.ts";
import { prune } from "../app/prune.ts";
import type { CalendarTools } from "../app/calendars/read_calendar.ts";
import { refreshDueCalendars } from "../app/calendars/refresh_calendar.ts";
import {
  type HealthcheckOptions,
  tellHealthcheck,
} from "../app/tell_healthcheck.ts";
import type { Job } from "./jobs.ts";

/** A job waits so long for the sends that it began; they go on without it. */
const JOB_PATIENCE_MS = 30_000;
const EXPIRY_BATCH = 200;

export interface JobOptions {
  deliverer: Deliverer;
  noticeDeliverer: NoticeDeliverer;
  calendars: CalendarTools;
  /** Without a slash at the end; for links in notices. */
  baseUrl: string;
  /** The dead-man's switch; null: there is none. */
  healthcheck: HealthcheckOptions | null;
  /** What the readiness check takes into account. */
  sending: Sending;
  /** Makes the backup of the night; null: nobody wants it. */
  backUp: (() => Promise<string>) | null;
  /** NOTIFICATION_RETRY_WORKER_ENABLED */
  delivers: boolean;
  /** ESCALATION_WORKER_ENABLED */
  escalates: boolean;
}

/** Promises every job there is, also those that are switched off. */
export function createJobs(
  engine: Engine,
  options: JobOptions,
): Job[] {
  const { deliverer, noticeDeliverer, calendars, baseUrl, sending } = options;
  const { delivers, escalates, healthcheck, backUp } = options;
  return [
    {
      name: "notification_retry",
      at: "every minute",
      enabled: delivers,
      run: () => sweep(deliverer),
    },
    {
      name: "notices",
      at: "every minute",
      enabled: delivers,
      async run() {
        const planned = await planHandoffNotices({ engine, baseUrl });
        const withdrawn = await withdrawHandoffNotices({ engine, baseUrl });
        const expired = await engine.store.coverRequests
          .expire(engine.clock(), EXPIRY_BATCH);
        const sent = await sweep(noticeDeliverer);
        return `${planned} planned, ${withdrawn} taken back, ${sent}; ${expired} cover requests expired`;
      },
    },
    {
      name: "escalation",
      at: "every minute",
      enabled: escalates,
      async run() {
        const { escalated, expired, postponed } = await escalateDue(engine);
        return `${escalated} escalated, ${expired} closed by age, ${postponed} postponed`;
      },
    },
    {
      name: "self_audit",
      at: "every minute",
      enabled: escalates,
      async run() {
        const found = await audit(engine);
        const { rearmed, abandoned, unmended } = found;
        const words = [
          `${rearmed} armed again, ${abandoned} abandoned pages cancelled`,
        ];
        if (healthcheck) {
          words.push(await tellHealthcheck(engine, healthcheck, found));
        }
        if (unmended > 0) {
          words.unshift(`${unmended} incidents could not be mended`);
          throw new Error(words.join("; "));
        }
        return words.join("; ");
      },
    },
    {
      name: "readiness_mail",
      at: 2,
      enabled: delivers,
      run: async () =>
        `${await mailReadiness({ engine, sending, baseUrl })} mails written`,
    },
    {
      name: "calendars",
      at: "every minute",
      enabled: true,
      async run() {
        const { store, clock } = engine;
        const { read, failed } = await refreshDueCalendars({
          store,
          clock,
          calendars,
        });
        return `${read} read, ${failed} not`;
      },
    },
    {
      name: "prune",
      at: 17,
      enabled: true,
      run: async () => `${await prune(engine)} rows forgotten`,
    },
    ...backUp === null ? [] : [{
      name: "backup",
      at: "every minute" as const,
      enabled: true,
      run: backUp,
    }],
  ];
}

async function sweep(
  deliverer: Pick<Deliverer, "deliver">,
): Promise<string> {
  const patience = Promise.withResolvers<null>();
  const timer = setTimeout(() => patience.resolve(null), JOB_PATIENCE_MS);
  const done = await Promise.race([
    deliverer.deliver({ firstAttemptsOnly: false }),
    patience.promise,
  ]).finally(() => clearTimeout(timer));
  return done === null
    ? "still sending"
    : `${done.sent} sent, ${done.retried} to be retried, ${done.failed} failed`;
}
