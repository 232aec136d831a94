/** Turns what happens into counts. */
import type { Observer } from "../ports/observer.ts";
import type { createFirstPages } from "./first_pages.ts";
import type { Instruments } from "./instruments.ts";

const METHODS = new Set(
  ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
);

const PAGE_OUTCOMES: Record<string, string> = {
  sent: "sent",
  queued: "retried",
  failed: "failed",
};

/** Promises an observer that counts into the instruments. */
export function countingObserver(
  instruments: Instruments,
  firstPages: Pick<ReturnType<typeof createFirstPages>, "add" | "opened">,
): Omit<Observer, "span" | "following"> {
  return {
    ...pagingObserver(instruments, firstPages),
    ...serviceObserver(instruments),
  };
}

function pagingObserver(
  instruments: Instruments,
  firstPages: Pick<ReturnType<typeof createFirstPages>, "add" | "opened">,
): Omit<
  Observer,
  "span" | "following" | keyof ReturnType<typeof serviceObserver>
> {
  return {
    admitted({ kind: source_kind, receivedAtMs, results }) {
      for (const { outcome, incidentId } of results) {
        instruments.alerts.inc({ source_kind, outcome });
        if (outcome !== "opened" || incidentId === null) continue;
        firstPages.opened(incidentId, receivedAtMs);
      }
    },
    leaseTakenOver: (channel) => instruments.leaseExpiries.inc({ channel }),
    attempted({ channel, provider, outcome, durationMs }) {
      instruments.attempts.inc({ channel, provider, outcome });
      instruments.attemptSeconds
        .observe({ channel, provider }, durationMs / 1_000);
    },
    refused: ({ channel, provider, reason }) =>
      instruments.refusals.inc({ channel, provider, reason }),
    circuitOpened: ({ channel, provider }) =>
      instruments.circuitOpened.inc({ channel, provider }),
    settled(messages, { state, sentAtMs, maybeSentTwice }) {
      const outcome = PAGE_OUTCOMES[state];
      for (const { notification, incident } of messages) {
        const { channel, kind } = notification;
        if (outcome) instruments.pages.inc({ channel, outcome });
        if (state !== "sent" || sentAtMs === null) continue;
        if (maybeSentTwice) instruments.sentTwice.inc({ channel });
        if (kind !== "page") continue;
        const { id: incidentId, openedAtMs } = incident;
        firstPages.add({ incidentId, openedAtMs, sentAtMs });
      }
    },
    escalated: ({ dueAtMs, atMs }) =>
      instruments.lateness.observe(Math.max(0, atMs - dueAtMs) / 1_000),
    audited({ rearmed, abandoned, unmended }) {
      instruments.findings.inc({ kind: "rearmed" }, rearmed);
      instruments.findings.inc({ kind: "abandoned_page" }, abandoned);
      instruments.findings.inc({ kind: "unmended" }, unmended);
    },
  };
}

function serviceObserver(
  instruments: Instruments,
): Pick<Observer, "requestEnded" | "jobEnded" | "healthcheckEnded"> {
  return {
    requestEnded({ route, method: asked, status, durationMs, shed }) {
      const method = METHODS.has(asked) ? asked : "other";
      const statusClass = `${Math.floor(status / 100)}xx`;
      instruments.requests.inc({ route, method, status: statusClass });
      instruments.requestSeconds.observe({ route }, durationMs / 1_000);
      if (status === 429) instruments.rateLimited.inc({ route });
      if (shed) instruments.shed.inc({ route });
    },
    jobEnded({ name: job_name, startedAtMs, durationMs, outcome }) {
      instruments.jobRuns.inc({ job_name, outcome });
      instruments.jobSeconds.set({ job_name }, durationMs / 1_000);
      if (outcome === "failed") return;
      const endedAtMs = startedAtMs + durationMs;
      instruments.jobSuccess.set({ job_name }, endedAtMs / 1_000);
    },
    healthcheckEnded: (outcome) => instruments.healthchecks.inc({ outcome }),
  };
}
