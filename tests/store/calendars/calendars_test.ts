import assert from "node:assert/strict";
import type {
  CalendarReading,
  CalendarReport,
} from "../../../src/ports/calendar_repositories.ts";
import {
  type Repositories,
  type Store,
  StoreConflictError,
} from "../../../src/ports/store.ts";
import { contract, createWorld, MINUTE, NOW, responder } from "../fixture.ts";

const HOUR = 60 * MINUTE;
const REPORT: CalendarReport = {
  events: 0,
  matched: 0,
  ignored: 0,
  names: [],
  moreNames: 0,
  unknown: [],
  moreUnknown: 0,
  remarks: [],
};

async function rota(store: Store) {
  const { team, ada } = await createWorld(store);
  const grace = await store.responders.insert(
    responder({ name: "Grace", email: "grace@example.com" }),
    NOW,
  );
  const schedule = await store.schedules.insert({
    teamId: team.id,
    name: "Primary",
    description: "",
    timeZone: "UTC",
    handoffNoticeMinutes: null,
  }, NOW);
  const reading = (changes: Partial<CalendarReading> = {}) => ({
    content: "BEGIN:VCALENDAR",
    validators: { etag: '"1"', lastModified: null },
    readAtMs: NOW,
    dueAtMs: NOW + 15 * MINUTE,
    report: { ...REPORT, events: 1, matched: 1 },
    windows: [
      { responderId: ada.id, startsAtMs: NOW, endsAtMs: NOW + HOUR },
    ],
    windowsHash: "one",
    ...changes,
  });
  const calendar = await store.calendars.insert({
    scheduleId: schedule.id,
    name: "Elsewhere",
    origin: { kind: "url", sealedUrl: "sealed", shown: "example.com" },
    people: [{ text: "A", responderId: ada.id }],
    reading: reading(),
  }, NOW);
  const windows = async () => {
    const range = [NOW - HOUR, NOW + 24 * HOUR] as const;
    const plans = await store.schedules.plans([schedule.id], ...range);
    const [layer] = plans.get(schedule.id)?.layers ?? [];
    return layer?.kind === "calendar" ? layer.windows : null;
  };
  return { ada, grace, schedule, calendar, reading, windows };
}

contract(
  "a calendar is kept as it was read, and decides who is on call",
  async (store) => {
    const { schedule, calendar, windows, reading } = await rota(store);
    const { id } = calendar.layer;
    assert.deepEqual(await store.calendars.find(id), calendar);
    assert.deepEqual(await store.calendars.list(schedule.id), [calendar]);
    assert.equal(await store.calendars.content(id), "BEGIN:VCALENDAR");
    assert.deepEqual(await windows(), reading().windows);
    assert.equal(calendar.calendar.problem, null);
    assert.equal(await store.calendars.find(id + 1), null);
    assert.equal(await store.calendars.content(id + 1), "");
  },
);

contract(
  "a problem keeps what was read and its own beginning; a reading ends it",
  async (store) => {
    const { calendar, reading, windows, grace } = await rota(store);
    const { id } = calendar.layer;
    await store.calendars.saveProblem(id, "Gone.", NOW + 1);
    await store.calendars.saveProblem(id, "Still gone.", NOW + 2);
    const failing = await store.calendars.find(id);
    assert.deepEqual(failing?.calendar.problem, {
      words: "Still gone.",
      sinceMs: NOW + 1,
    });
    assert.deepEqual(await windows(), reading().windows);
    const next = reading({
      windowsHash: "two",
      windows: [
        { responderId: grace.id, startsAtMs: NOW, endsAtMs: NOW + HOUR },
      ],
    });
    await store.calendars.saveReading(id, next);
    assert.deepEqual(await windows(), next.windows);
    assert.equal((await store.calendars.find(id))?.calendar.problem, null);
  },
);

contract(
  "of many who claim a due calendar one gets it",
  async (store, { openAnother }) => {
    const { calendar } = await rota(store);
    const { layerId, dueAtMs } = calendar.calendar;
    assert.deepEqual(await store.calendars.due(dueAtMs - 1, 10), []);
    const due = await store.calendars.due(dueAtMs, 10);
    assert.deepEqual(due.map(({ layer }) => layer.id), [layerId]);
    const stores: Repositories[] = [store, await openAnother()];
    const claims = await Promise.all(
      [...stores, ...stores].map((one) =>
        one.calendars.claim(layerId, dueAtMs, dueAtMs + MINUTE)
      ),
    );
    assert.equal(claims.filter(Boolean).length, 1);
    assert.deepEqual(await store.calendars.due(dueAtMs, 10), []);
  },
);

contract(
  "whoever has a shift to come in a calendar is not deleted; the layer takes all of it along",
  async (store) => {
    const { calendar, grace, ada, reading } = await rota(store);
    const { id } = calendar.layer;
    const windows = [
      { responderId: grace.id, startsAtMs: NOW, endsAtMs: NOW + HOUR },
    ];
    const next = reading({ windowsHash: "two", windows });
    await store.calendars.saveReading(id, next);
    await assert.rejects(
      () => store.responders.delete(grace.id),
      StoreConflictError,
    );
    const found = await store.schedules.ofResponder(grace.id, NOW, NOW + HOUR);
    assert.equal(found.length, 1);
    const none = await store.schedules.ofResponder(ada.id, NOW, NOW + HOUR);
    assert.deepEqual(none, []);
    await store.schedules.deleteLayer(id);
    assert.equal(await store.calendars.find(id), null);
    assert.equal(await store.responders.delete(grace.id), true);
  },
);

contract(
  "a feed is found by its token, tells when its content changed, and ends with its account's word",
  async (store) => {
    const { schedule, grace } = await rota(store);
    const account = await store.accounts.insert({
      responderId: grace.id,
      email: grace.email,
      passwordHash: "x",
      role: "viewer",
      enabled: true,
    }, NOW);
    const feed = await store.calendarFeeds.insert({
      tokenId: "Ab12Cd34",
      tokenHash: "hash",
      accountId: account.id,
      scheduleId: schedule.id,
      withGaps: true,
      createdAtMs: NOW,
    });
    const found = await store.calendarFeeds.findByTokenId("Ab12Cd34");
    assert.deepEqual(found, { feed, account });
    const use = async (hash: string, atMs: number) => {
      const now = await store.calendarFeeds.find(feed.id);
      assert.ok(now);
      return await store.calendarFeeds.recordUse(now, hash, atMs);
    };
    assert.equal(await use("a", NOW + 1), NOW + 1);
    assert.equal(await use("a", NOW + HOUR * 2), NOW + 1);
    assert.equal(await use("b", NOW + HOUR * 3), NOW + HOUR * 3);
    const replaced = await store.calendarFeeds.replaceToken(feed.id, {
      tokenId: "Ef56Gh78",
      tokenHash: "other",
    });
    assert.equal(replaced?.tokenHash, "other");
    assert.equal(await store.calendarFeeds.findByTokenId("Ab12Cd34"), null);
    assert.equal(await store.calendarFeeds.delete(feed.id), true);
    assert.equal(await store.calendarFeeds.delete(feed.id), false);
  },
);
