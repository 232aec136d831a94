import assert from "node:assert/strict";
import { createClient } from "@libsql/client";
import postgres from "postgres";
import {
  databaseOn,
  type Execute,
} from "../../src/store/connection/executor.ts";
import { Incidents } from "../../src/store/incidents/incidents.ts";
import { migrate } from "../../src/store/migrate.ts";
import { CalendarDrafts } from "../../src/store/calendars/calendar_drafts.ts";
import { CalendarFeeds } from "../../src/store/calendars/calendar_feeds.ts";
import { Calendars } from "../../src/store/calendars/calendars.ts";
import { CoverRequests } from "../../src/store/cover/cover_requests.ts";
import { Notices } from "../../src/store/notices/notices.ts";
import { Notifications } from "../../src/store/delivery/notifications.ts";
import type { Claim } from "../../src/ports/notification_repository.ts";
import { Policies } from "../../src/store/policies/policies.ts";
import { Reports } from "../../src/store/reports/reports.ts";
import type {
  DialectName,
  Session,
} from "../../src/store/connection/session.ts";
import { Schedules } from "../../src/store/schedules/schedules.ts";
import { Sources } from "../../src/store/sources/sources.ts";
import { Responders } from "../../src/store/responders/responders.ts";
import { Timeline } from "../../src/store/incidents/timeline.ts";
import { Overview } from "../../src/store/reports/overview.ts";
import { Vitals } from "../../src/store/reports/vitals.ts";
import { Verifications } from "../../src/store/responders/verifications.ts";
import { createTestDatabase, createTestFile } from "../databases.ts";
import { openStore } from "../../src/store/open.ts";
import {
  createWorld,
  MINUTE,
  newIncident,
  newPage,
  NOW,
  open,
  type World,
} from "./fixture.ts";

interface Recorded {
  sql: string;
  parameters: readonly unknown[];
}

/** The statements that run for every alert, page, tick and look at the dashboard. */
async function runHotQueries(session: Session, world: World): Promise<void> {
  const incidents = new Incidents(session);
  const notifications = new Notifications(session);
  const timeline = new Timeline(session);
  const sources = new Sources(session);
  const page = { page: 1, pageSize: 50 };
  const source = world.source.id;
  await sources.findByKeyIds([world.source.keyId, "unknown"]);
  const incident = await incidents.insert(newIncident(world)) ??
    await open({ incidents } as never, world, { externalId: "other" });
  await incidents.findOpen(source, "disk-full");
  await incidents.findOpenByKeys([
    { sourceId: source, externalId: "disk-full" },
    { sourceId: source + 1, externalId: "disk-full" },
  ]);
  await incidents.insertMany([newIncident(world, { externalId: "many" })]);
  await incidents.findLastResolved(source, "disk-full");
  await incidents.lock(incident.id, { status: ["triggered"], dueByMs: NOW });
  await incidents.holdStatuses([incident.id]);
  await incidents.save(incident);
  await incidents.recordRepeats([{
    incidentId: incident.id,
    nowMs: NOW,
    times: 1,
    startsAtMs: NOW,
    description: "",
    links: [],
    labels: {},
    payload: "",
    autoResolveAtMs: null,
  }]);
  await incidents.due(NOW, 100);
  await incidents.expired(NOW, 100);
  await incidents.nextDueAtMs();
  await incidents.postpone(incident.id, { dueByMs: NOW, untilMs: NOW });
  await incidents.stranded(100);
  await incidents.countOpen();
  await incidents.list({ statuses: ["triggered", "acknowledged"] }, page);
  await incidents.list({ responderId: world.ada.id }, page);
  await incidents.list({ openedFromMs: NOW }, page);
  await notifications.insert([newPage(world, incident)]);
  for (const firstAttemptsOnly of [true, false]) {
    await notifications.claim({
      channel: "sms",
      owner: "node",
      nowMs: NOW,
      leaseUntilMs: NOW + MINUTE,
      limit: 10,
      firstAttemptsOnly,
      bundlingMs: 0,
    });
  }
  const [row] = await notifications.listByIncident(incident.id);
  assert.ok(row);
  await notifications.settle(row, { owner: "node", attempt: 1 });
  await notifications.save(row, row);
  await notifications.cancelQueued(incident.id, NOW);
  await notifications.listOfStep(incident.id, 0, 0);
  await notifications.findByProviderMessageIds(["a", "b"]);
  await notifications.cancelAbandoned(NOW, 100);
  await notifications.hasPending(incident.id);
  await notifications.nextDueAtMs();
  await runNoticeQueries(session, world);
  const schedules = new Schedules(session);
  await schedules.plans([1, 2, 3], NOW, NOW + MINUTE);
  await schedules.layers(1);
  const reports = new Reports(session);
  await reports.lastDeliveries([1, 2, 3]);
  await reports.readinessMarker();
  await reports.pagedSlots({ fromMs: NOW, toMs: NOW + MINUTE });
  await reports.pagedIncidents({ fromMs: NOW, toMs: NOW + MINUTE });
  const vitals = new Vitals(session);
  await vitals.oldestUndeliveredAtMs(NOW);
  await vitals.queue(NOW);
  await vitals.exhausted();
  await vitals.firstPagedAtMs([incident.id]);
  await new Overview(session).openCounts();
  await runBundlingQueries(session, world);
  await runVerificationQueries(session, world);
  const policies = new Policies(session);
  await policies.takeTurns([{ policyId: world.policy.id, step: 0 }]);
  await policies.turns(world.policy.id);
  await timeline.add(incident.id, []);
  await timeline.list(incident.id, { afterId: 0, limit: 100 });
  await timeline.last(incident.id);
}

/** What senders do while messages to one person go together: some at once, one later, all of them once more. */
async function runBundlingQueries(
  session: Session,
  world: World,
): Promise<void> {
  const incidents = new Incidents(session);
  const notifications = new Notifications(session);
  const ids: number[] = [];
  const queue = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const incident = await incidents.insert(
        newIncident(world, { externalId: `together ${ids.length}` }),
      );
      assert.ok(incident);
      ids.push(incident.id);
      await notifications.insert([newPage(world, incident)]);
    }
  };
  const claimAt = (nowMs: number, limit = 1): Claim => ({
    channel: "sms",
    owner: "node",
    nowMs,
    leaseUntilMs: nowMs + MINUTE,
    limit,
    firstAttemptsOnly: false,
    bundlingMs: 10_000,
  });
  const claim = (nowMs: number, limit = 1) =>
    notifications.claim(claimAt(nowMs, limit));
  const opened = await incidents.insert(
    newIncident(world, { externalId: "opened" }),
  );
  assert.ok(opened);
  const said = { teamName: "", sourceName: "", responderName: "" };
  await notifications.insertClaimed([
    {
      ...{ ...said, incident: opened },
      notification: newPage(world, opened, { dueAtMs: NOW - MINUTE }),
    },
  ], [{ ...claimAt(NOW - MINUTE), leaseUntilMs: NOW + 9 * MINUTE }]);
  await queue(40);
  // More than is read ahead for one message, so the rest of the person's is read too.
  const [first, ...others] = await claim(NOW);
  const bundle = first?.notification.bundle;
  assert.ok(first && bundle && others.length >= 39);
  await queue(1);
  assert.deepEqual(await claim(NOW), []);
  const again = await claim(NOW + MINUTE, 10);
  assert.ok(again.some(({ notification }) => notification.attempt === 2));
  await notifications.listBundle(bundle.id);
  await incidents.listByIds(ids);
  await notifications.settleTogether(
    others.map(({ notification }) => notification.id),
    {
      state: "failed",
      error: "",
      sentAtMs: null,
      deliveredAtMs: null,
      updatedAtMs: NOW,
    },
    { state: "sending", attempt: 2, owner: "node" },
  );
  await notifications.endWindow(first.notification);
  await notifications.pruneWindows(0);
}

/** What a contact method's screen does, and a code that is typed in. */
async function runVerificationQueries(
  session: Session,
  world: World,
): Promise<void> {
  const verifications = new Verifications(session);
  const responders = new Responders(session);
  const [method] = await responders.contactMethods(world.ada.id);
  const id = method?.id ?? 1;
  await verifications.listPending([id], NOW);
  await verifications.find(id);
  await verifications.takeTry(id, NOW);
  await verifications.delete(id, "salt");
  await verifications.prune(0);
}

/** What runs every minute on every node, and for every notice. */
async function runNoticeQueries(session: Session, world: World): Promise<void> {
  const notices = new Notices(session);
  const covers = new CoverRequests(session);
  const schedules = new Schedules(session);
  for (const firstAttemptsOnly of [true, false]) {
    await notices.claim({
      channel: "sms",
      owner: "node",
      nowMs: NOW,
      leaseUntilMs: NOW + MINUTE,
      limit: 2,
      firstAttemptsOnly,
    });
  }
  await notices.findByProviderMessageIds(["a", "b"]);
  await notices.cancelExpired(NOW, 100);
  await notices.nextDueAtMs();
  await notices.toldHandoffs(NOW, { after: null, limit: 100 });
  await notices.withdraw({ id: 1, dedupKey: "key 1" }, NOW);
  await notices.listByResponder(world.ada.id, 10);
  await notices.prune(0);
  const [row] = await notices.listByResponder(999_999, 1);
  if (row) await notices.settle(row, { owner: "node", attempt: 1 });
  await covers.openFor(world.ada.id, NOW, 10);
  await covers.openOn(1, NOW, 10);
  await covers.expire(NOW, 100);
  await schedules.withHandoffNotices({ afterId: 0, limit: 100 });
  await runCalendarQueries(session, world);
}

/** What runs every minute, and whenever a calendar program looks. */
async function runCalendarQueries(
  session: Session,
  world: World,
): Promise<void> {
  const calendars = new Calendars(session);
  const feeds = new CalendarFeeds(session);
  const drafts = new CalendarDrafts(session);
  await drafts.find(1);
  await drafts.content(1);
  await drafts.delete(1);
  await drafts.prune(NOW);
  await calendars.due(NOW, 8);
  await calendars.claim(1, NOW, NOW + MINUTE);
  await calendars.list(1);
  await feeds.findByTokenId("Ab12Cd34");
  await feeds.list({ accountId: 1 });
  await feeds.list({ scheduleId: 1 });
  await new Schedules(session).ofResponder(world.ada.id, NOW, NOW + MINUTE);
}

/** Ten thousand old incidents with two messages and two entries each, copied from one. */
const MULTIPLY = [
  `INSERT INTO incidents (team_id, source_id, external_id, title, severity,
     status, is_test, opened_at_ms, triggered_at_ms, resolved_at_ms,
     alert_count, last_alert_at_ms, next_step, round, refired, version,
     description, links, labels, policy, payload)
   WITH RECURSIVE numbers (n) AS (
     SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000
   )
   SELECT team_id, source_id, 'old ' || n, title, severity, 'resolved', 0,
     opened_at_ms - n, triggered_at_ms, opened_at_ms, 1, last_alert_at_ms, 1,
     0, 0, 1, description, links, labels, policy, payload
   FROM numbers CROSS JOIN (
     SELECT * FROM incidents ORDER BY id LIMIT 1
   ) AS first`,
  `INSERT INTO notifications (incident_id, responder_id, contact_method_id,
     channel, address, kind, step, round, state, severity_rank, due_at_ms, first_due_at_ms,
     idempotency_key, attempt, maybe_sent_twice, created_at_ms, updated_at_ms)
   SELECT i.id, 100 + i.id % 50, 1, 'sms', 'x', 'page', 0, 0, 'sent', 2, i.id, i.id,
     'key ' || i.id || s.step, 1, 0, i.id, i.id
   FROM incidents i
   CROSS JOIN (SELECT 0 AS step UNION ALL SELECT 1) AS s
   WHERE i.status = 'resolved'`,
  `INSERT INTO notices (dedup_key, kind, about, responder_id, channel, address, subject, text, state, due_at_ms,
     first_due_at_ms, expires_at_ms, idempotency_key, attempt, maybe_sent_twice, created_at_ms, updated_at_ms)
   SELECT 'key ' || i.id, 'readiness', '{}', r.id, 'sms', 'x', '', '', 'sent', i.id, i.id, i.id, 'key ' || i.id, 1, 0,
     i.id, i.id
   FROM incidents i CROSS JOIN (SELECT min(id) AS id FROM responders) AS r
   WHERE i.status = 'resolved'`,
  `INSERT INTO schedules (team_id, name, description, time_zone, created_at_ms, updated_at_ms)
   SELECT team_id, 'Schedule ' || id, '', 'UTC', 0, 0 FROM incidents`,
  `INSERT INTO cover_requests (schedule_id, requester_id, starts_at_ms, ends_at_ms, note, status, override_ids,
     created_at_ms, updated_at_ms)
   SELECT s.id, r.id, s.id, s.id + 1, '', 'accepted', '[]', 0, 0
   FROM schedules s CROSS JOIN (SELECT min(id) AS id FROM responders) AS r`,
  `INSERT INTO page_pacing (responder_id, channel, address, until_ms, severity_rank)
   SELECT id, 'sms', 'x', id, 0 FROM incidents WHERE status = 'resolved'`,
  `INSERT INTO contact_methods (responder_id, channel, address, label, enabled, created_at_ms, updated_at_ms)
   SELECT r.id, 'sms', 'number ' || i.id, '', 1, 0, 0
   FROM incidents i CROSS JOIN (SELECT min(id) AS id FROM responders) AS r`,
  `INSERT INTO contact_verifications (contact_method_id, channel, address, salt, code_hash, tries, created_at_ms,
     expires_at_ms)
   SELECT id, channel, address, '', '', 0, id, id FROM contact_methods`,
  `INSERT INTO timeline_entries (incident_id, kind, at_ms, actor, detail)
   SELECT i.id, 'opened', i.opened_at_ms, '{}', '{}'
   FROM incidents i
   CROSS JOIN (SELECT 0 AS step UNION ALL SELECT 1) AS s`,
];

/** Promises what ran, and the database with ten thousand incidents to explain it on. */
async function record(
  execute: Execute,
  dialect: DialectName,
  world: World,
): Promise<Recorded[]> {
  for (const statement of MULTIPLY) await execute(statement, []);
  const recorded: Recorded[] = [];
  const db = databaseOn((sql, parameters) => {
    recorded.push({ sql, parameters });
    return execute(sql, parameters);
  }, dialect);
  const session: Session = { dialect, read: db, write: (work) => work(db) };
  await runHotQueries(session, world);
  assert.ok(recorded.length > 30);
  return recorded;
}

async function prepared(url: string): Promise<World> {
  await migrate({ url }, NOW);
  const store = await openStore({ url });
  const world = await createWorld(store);
  await open(store, world, { externalId: "open" });
  await store.close();
  return world;
}

Deno.test("no hot query reads a whole table (libSQL)", async () => {
  await using file = await createTestFile();
  const world = await prepared(file.url);
  const client = createClient({ url: file.url, concurrency: 1 });
  const execute: Execute = async (sql, parameters) => {
    const args = parameters as (string | number | null)[];
    const { rows, rowsAffected } = await client.execute({ sql, args });
    return { rows: rows as never, changes: rowsAffected };
  };
  for (const { sql, parameters } of await record(execute, "sqlite", world)) {
    const { rows } = await execute(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    for (const { detail } of rows) {
      // A list walks an index in its order, as far as its page goes; counting open ones walks the index of open ones.
      const isWhole =
        /^SCAN (incidents|notifications|timeline_entries|notices|cover_requests|schedules|page_pacing|contact_verifications|contact_methods|n|i|c|s|p)\b(?! USING (COVERING )?INDEX (incidents_|notices_claimable|schedules_with|page_pacing_by_end))/
          .test(String(detail));
      assert.ok(!isWhole, `${detail}\n${sql}`);
    }
  }
  client.close();
});

Deno.test("no hot query reads a whole table (PostgreSQL)", async () => {
  await using database = await createTestDatabase();
  const world = await prepared(database.url);
  const client = postgres(database.url, {
    max: 1,
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  });
  const execute: Execute = async (sql, parameters) => {
    const rows = await client.unsafe(sql, parameters as string[]);
    return { rows: [...rows], changes: rows.count };
  };
  const recorded = await record(execute, "postgres", world);
  await client`ANALYZE`;
  for (const { sql, parameters } of recorded) {
    const { rows } = await execute(`EXPLAIN ${sql}`, parameters);
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    const whole =
      /Seq Scan on (incidents|notifications|timeline_entries|notices|cover_requests|schedules|page_pacing|contact_verifications|contact_methods)/;
    assert.ok(!whole.test(plan), `${plan}\n${sql}`);
  }
  await client.end();
});
