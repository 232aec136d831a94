/** A believable night: incidents of the last day, answered by different people after different times, and four open. */
import type { Incident } from "../../src/domain/incidents/incident.ts";
import type { Severity } from "../../src/domain/intake/alert.ts";
import type { Role } from "../../src/domain/responders/people.ts";
import { runJob } from "../../src/jobs/jobs.ts";
import { demoAlerts } from "../../scripts/seed/alerts.ts";
import type { Stage } from "./stage.ts";

interface Earlier {
  /** Minutes before now. */
  ago: number;
  title: string;
  severity: Severity;
  source?: string;
  /** Minutes until somebody acknowledged, and until it was resolved. */
  answered: number;
  resolved: number;
  by: Role;
}

const EARLIER: Earlier[] = [
  {
    ago: 1_390,
    title: "Nightly backup took longer than 2 hours",
    severity: "warning",
    answered: 22,
    resolved: 50,
    by: "responder",
  },
  {
    ago: 1_120,
    title: "Certificate of api.example.com expires in 14 days",
    severity: "info",
    answered: 31,
    resolved: 75,
    by: "admin",
  },
  {
    ago: 940,
    title: "Payment webhooks are delivered late",
    severity: "error",
    answered: 3,
    resolved: 26,
    by: "responder",
  },
  {
    ago: 925,
    title: "Payment provider answers slowly",
    severity: "warning",
    answered: 6,
    resolved: 20,
    by: "responder",
  },
  {
    ago: 610,
    title: "Error rate of search above 5 %",
    severity: "error",
    answered: 4,
    resolved: 19,
    by: "admin",
  },
  {
    ago: 402,
    title: "Checkout API restarted 3 times",
    severity: "warning",
    answered: 8,
    resolved: 33,
    by: "admin",
  },
  {
    ago: 395,
    title: "Memory of checkout-7 above 90 %",
    severity: "warning",
    answered: 5,
    resolved: 30,
    by: "admin",
  },
  {
    ago: 381,
    title: "Card payments fail in eu-west-1",
    severity: "critical",
    answered: 2,
    resolved: 17,
    by: "responder",
  },
  {
    ago: 150,
    title: "Replica db-3 lags by 40 s",
    severity: "error",
    answered: 5,
    resolved: 25,
    by: "admin",
  },
];

/** Promises the incident that is the story of the night: paged, escalated, and still open. */
export async function showNight(stage: Stage): Promise<Incident> {
  const { world } = stage;
  const nowMs = world.nowMs;
  const until = async (atMs: number) => {
    const minutes = Math.round((atMs - world.nowMs) / 60_000);
    if (minutes > 0) await world.advance(`${minutes}m`);
  };
  world.nowMs = nowMs - 1_400 * 60_000;
  await stage.demo({ alerts: false });
  for (const one of EARLIER.toSorted((a, b) => b.ago - a.ago)) {
    const openedMs = nowMs - one.ago * 60_000;
    await until(openedMs);
    const { id } = await stage.alert(
      { title: one.title, external_id: one.title, severity: one.severity },
      one.source,
    );
    await until(openedMs + one.answered * 60_000);
    await stage.act(one.by, "acknowledge", id);
    await until(openedMs + one.resolved * 60_000);
    await stage.act(one.by, "resolve", id);
  }
  const [cards, latency, refunds, disks, recovered] = demoAlerts(nowMs);
  const post = (alert: typeof cards) =>
    alert ? stage.alert(alert.body, alert.source) : Promise.reject();
  await until(nowMs - 41 * 60_000);
  await post(disks);
  await until(nowMs - 28 * 60_000);
  await stage.act("viewer", "acknowledge", (await stage.incident("db-2")).id);
  await post(latency);
  await until(nowMs - 19 * 60_000);
  await post(recovered);
  await until(nowMs - 12 * 60_000);
  await post(refunds);
  await until(nowMs - 6 * 60_000);
  const story = await post(cards);
  await until(nowMs);
  const { jobs, jobContext } = world.pagerpal;
  for (const job of jobs) await runJob(jobContext, job);
  return story;
}
