import assert from "node:assert/strict";
import { refreshDueCalendars } from "../../src/app/calendars/refresh_calendar.ts";
import { createSeal } from "../../src/app/seal.ts";
import { serveFeed } from "../../src/app/calendars/serve_feed.ts";
import type { CalendarAnswer } from "../../src/ports/calendar_source.ts";
import type { Repositories, Store } from "../../src/ports/store.ts";
import { calendarOf } from "../app/ical.ts";
import { forEachStore, withStore } from "../stores.ts";
import { DELETE, Desk, NOW_MS, post, put } from "./desk.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const URL_GIVEN = "webcal://calendars.example.com/private-0123secret/basic.ics";
const SHIFTS = calendarOf([
  [
    "DTSTART:20261123T080000Z",
    "DTEND:20261123T160000Z",
    "SUMMARY:On call - The responder",
  ],
  ["DTSTART:20261123T160000Z", "DTEND:20261124T000000Z", "SUMMARY:Bob"],
]);

/** What the calendar's server answers, and what it was asked. */
class Elsewhere {
  /** What happens while the server is asked. */
  meanwhile: () => Promise<unknown> = () => Promise.resolve();
  answer: CalendarAnswer = {
    kind: "read",
    text: SHIFTS,
    validators: { etag: '"1"', lastModified: null },
  };
  readonly asked: { url: string; etag: string | null }[] = [];
  readonly tools = {
    fetchCalendar: async (url: string, { etag }: { etag: string | null }) => {
      this.asked.push({ url, etag });
      await this.meanwhile();
      return this.answer;
    },
    seal: createSeal("a secret key that only the tests know", "calendars"),
  };
}

async function open(desk: Desk): Promise<string> {
  const { id: teamId } = await desk.store.teams.insert(
    { name: `Payments ${Math.trunc(desk.nowMs)}`, description: "" },
    NOW_MS,
  );
  const { body } = await desk.as("admin")(
    "/api/v1/schedules",
    post({ team_id: teamId, name: "Primary" }),
  );
  return `/api/v1/schedules/${body.id}`;
}

function test(
  name: string,
  body: (desk: Desk, path: string, elsewhere: Elsewhere) => Promise<void>,
) {
  Deno.test(name, () =>
    withStore("libSQL", async (store) => {
      const elsewhere = new Elsewhere();
      const desk = await Desk.open(store, { calendars: elsewhere.tools });
      await body(desk, await open(desk), elsewhere);
    }));
}

async function onCall(desk: Desk, path: string, atMs: number) {
  const at = new Date(atMs).toISOString();
  const { body } = await desk.as("viewer")(`${path}/on-call?at=${at}`);
  return body.responders.map(({ id }: { id: number }) => id);
}

test(
  "a file is a layer once its names are understood or explained",
  async (desk, path) => {
    const admin = desk.as("admin");
    const given = { name: "Old tool", content: SHIFTS, file_name: "rota.ics" };
    const seen = await admin(`${path}/calendars/preview`, post(given));
    assert.equal(seen.status, 200, JSON.stringify(seen.body));
    assert.deepEqual(seen.body.report.unknown, [{ text: "Bob", events: 1 }]);
    assert.equal(seen.body.shifts.length, 1);
    assert.deepEqual((await admin(`${path}/layers`)).body.items, []);

    const made = await admin(`${path}/calendars`, post(given));
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.shown_origin, "rota.ics");
    const { responderId } = desk.accounts.responder;
    assert.deepEqual(await onCall(desk, path, NOW_MS), [responderId]);
    assert.deepEqual(await onCall(desk, path, NOW_MS + 9 * HOUR_MS), []);

    const ids = desk.accounts.viewer.responderId;
    const named = await admin(
      `${path}/calendars/${made.body.id}/people`,
      put({ people: [{ text: "Bob", responder_id: ids }] }),
    );
    assert.equal(named.status, 200, JSON.stringify(named.body));
    assert.deepEqual(named.body.report.unknown, []);
    assert.deepEqual(await onCall(desk, path, NOW_MS + 9 * HOUR_MS), [ids]);

    const { body: layers } = await admin(`${path}/layers`);
    assert.equal(layers.items[0].kind, "calendar");
    const rotation = await admin(`${path}/layers/${made.body.id}`, {
      method: "PATCH",
      json: { name: "x" },
    });
    assert.equal(rotation.status, 409);
    const gone = await admin(`${path}/layers/${made.body.id}`, DELETE);
    assert.equal(gone.status, 204);
    assert.deepEqual(await onCall(desk, path, NOW_MS), []);
    assert.deepEqual((await admin(`${path}/calendars`)).body.items, []);
  },
);

test(
  "the address is a secret: sealed, shown as its host, in no answer and no audit log",
  async (desk, path, elsewhere) => {
    const admin = desk.as("admin");
    const made = await admin(
      `${path}/calendars`,
      post({ name: "Google", url: URL_GIVEN }),
    );
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.shown_origin, "calendars.example.com");
    assert.equal(
      elsewhere.asked[0]?.url,
      URL_GIVEN.replace("webcal:", "https:"),
    );
    const log = await desk.store.auditLog.list({}, { page: 1, pageSize: 50 });
    const kept = await desk.store.calendars.find(made.body.id);
    for (const text of [made.body, log, kept]) {
      assert.ok(!JSON.stringify(text).includes("0123secret"));
    }
  },
);

test(
  "a reading that fails keeps the last good one and says since when; the next good one ends it",
  async (desk, path, elsewhere) => {
    const admin = desk.as("admin");
    const { body: { id } } = await admin(
      `${path}/calendars`,
      post({ name: "Google", url: URL_GIVEN }),
    );
    const deps = {
      store: desk.store,
      clock: () => desk.nowMs,
      calendars: elsewhere.tools,
    };
    assert.deepEqual(await refreshDueCalendars(deps), { read: 0, failed: 0 });
    const since = new Date(NOW_MS + 15 * 60_000).toISOString();
    for (
      const answer of [
        { kind: "failed", message: "The calendar's server cannot be reached." },
        {
          kind: "read",
          text: "<html>",
          validators: { etag: null, lastModified: null },
        },
      ] as const
    ) {
      elsewhere.answer = answer;
      desk.nowMs += 15 * 60_000;
      assert.deepEqual(await refreshDueCalendars(deps), { read: 0, failed: 1 });
      const { body } = await admin(`${path}/calendars`);
      assert.equal(body.items[0].problem.since, since);
      const { responderId } = desk.accounts.responder;
      assert.deepEqual(await onCall(desk, path, NOW_MS), [responderId]);
    }
    assert.equal(elsewhere.asked.at(-1)?.etag, '"1"');
    elsewhere.answer = { kind: "unchanged" };
    const read = await admin(`${path}/calendars/${id}/refresh`, post({}));
    assert.equal(read.status, 200, JSON.stringify(read.body));
    assert.equal(read.body.problem, null);
    assert.equal(read.body.report.matched, 1);
    for (let n = 0; n < 2; n++) {
      await admin(`${path}/calendars/${id}/refresh`, post({}));
    }
    const often = await admin(`${path}/calendars/${id}/refresh`, post({}));
    assert.equal(often.status, 429);
  },
);

test(
  "what is no calendar is refused by name, and nothing is kept",
  async (desk, path, elsewhere) => {
    const admin = desk.as("admin");
    const refused = async (given: Record<string, unknown>, field: string) => {
      const { status, body } = await admin(
        `${path}/calendars`,
        post({ name: "x", ...given }),
      );
      assert.equal(status, 422, JSON.stringify(body));
      assert.equal(body.errors[0].field, field, JSON.stringify(body));
    };
    await refused({}, "url");
    await refused({ url: URL_GIVEN, content: SHIFTS }, "url");
    await refused({ url: "ftp://example.com/a.ics" }, "url");
    await refused({ url: "https://user:word@example.com/a.ics" }, "url");
    await refused({ url: "nonsense" }, "url");
    await refused({ content: "hello" }, "content");
    await refused({ content: SHIFTS, name: "" }, "name");
    const people = [{ text: "Bob", responder_id: 999 }];
    await refused({ content: SHIFTS, people }, "people");
    const long = `BEGIN:VCALENDAR\r\nX-A:${"\u00e9".repeat(1_000_000)}`;
    await refused({ content: long }, "content");
    elsewhere.answer = { kind: "failed", message: "Private." };
    await refused({ url: URL_GIVEN }, "url");
    const huge = await admin(
      `${path}/calendars`,
      post({ name: "x", content: "A".repeat(10_000_000) }),
    );
    assert.equal(huge.status, 413);
    assert.match(huge.body.detail, /larger than 2 MB/);
    const viewer = desk.as("responder");
    const given = post({ name: "x", content: SHIFTS });
    assert.equal((await viewer(`${path}/calendars`, given)).status, 403);
    assert.deepEqual((await admin(`${path}/layers`)).body.items, []);
  },
);

test(
  "a recurrence without an end is read as far as schedules are looked at",
  async (desk, path) => {
    const content = calendarOf([[
      "DTSTART:20200101T000000Z",
      "DURATION:P1D",
      "RRULE:FREQ=DAILY",
      "SUMMARY:The viewer",
    ]]);
    const { status, body } = await desk.as("admin")(
      `${path}/calendars`,
      post({ name: "For ever", content }),
    );
    assert.equal(status, 201);
    assert.ok(body.report.events >= 430 && body.report.events <= 432);
    const id = desk.accounts.viewer.responderId;
    assert.deepEqual(await onCall(desk, path, NOW_MS + 369 * DAY_MS), [id]);
  },
);

test(
  "a calendar of nearly 2 MB is taken, whatever JSON makes of its lines",
  async (desk, path) => {
    const lines = SHIFTS.replace(
      "SUMMARY:Bob",
      `DESCRIPTION:${"x\r\n ".repeat(490_000)}\r\nSUMMARY:Bob`,
    );
    const small = await desk.as("admin")(
      `${path}/calendars`,
      post({ name: "Long", content: lines }),
    );
    assert.equal(small.status, 201, JSON.stringify(small.body));
    // The event with the long text is left out, the other one is not.
    assert.equal(small.body.report.events, 1);
    assert.match(small.body.report.remarks.join(), /longer than 64 KiB/);
  },
);

test(
  "names can stand for nobody on purpose, and the report tells what was understood by what",
  async (desk, path) => {
    const { body, status } = await desk.as("admin")(
      `${path}/calendars`,
      post({
        name: "File",
        content: SHIFTS,
        people: [{ text: "bob", responder_id: null }],
      }),
    );
    assert.equal(status, 201, JSON.stringify(body));
    const { matched, ignored, unknown, names } = body.report;
    assert.deepEqual({ matched, ignored, unknown }, {
      matched: 1,
      ignored: 1,
      unknown: [],
    });
    const { responderId } = desk.accounts.responder;
    assert.deepEqual(names, [
      { text: "Bob", by: "mapping", responder_ids: [], events: 1 },
      {
        text: "On call - The responder",
        by: "name",
        responder_ids: [responderId],
        events: 1,
      },
    ]);
  },
);

test(
  "a refresh that somebody asks for is in the audit log with what came of it, without the address",
  async (desk, path, elsewhere) => {
    const admin = desk.as("admin");
    const { body: { id } } = await admin(
      `${path}/calendars`,
      post({ name: "Google", url: URL_GIVEN }),
    );
    elsewhere.answer = { kind: "failed", message: "It does not answer." };
    await admin(`${path}/calendars/${id}/refresh`, post({}));
    const { items: [row] } = await desk.store.auditLog.list({}, {
      page: 1,
      pageSize: 1,
    });
    assert.equal(row?.action, "schedule_layer.refresh");
    assert.equal(row.objectId, id);
    assert.equal(row.actor, desk.accounts.admin.email);
    assert.deepEqual(JSON.parse(row.detail), {
      problem: { from: null, to: "It does not answer." },
    });
    const before = await desk.store.auditLog.list({}, {
      page: 1,
      pageSize: 50,
    });
    desk.nowMs += DAY_MS;
    await refreshDueCalendars({
      store: desk.store,
      clock: () => desk.nowMs,
      calendars: elsewhere.tools,
    });
    const after = await desk.store.auditLog.list({}, { page: 1, pageSize: 50 });
    assert.equal(after.total, before.total, "the job leaves no row");
  },
);

forEachStore(
  "who is named while a calendar's server is asked is on call by what it answers",
  async (store) => {
    const elsewhere = new Elsewhere();
    const desk = await Desk.open(store, { calendars: elsewhere.tools });
    const path = await open(desk);
    const admin = desk.as("admin");
    const { body: { id } } = await admin(
      `${path}/calendars`,
      post({ name: "Google", url: URL_GIVEN }),
    );
    const viewerId = desk.accounts.viewer.responderId;
    elsewhere.meanwhile = () =>
      admin(
        `${path}/calendars/${id}/people`,
        put({ people: [{ text: "Bob", responder_id: viewerId }] }),
      );
    elsewhere.answer = {
      kind: "read",
      text: SHIFTS.replaceAll("20261124T000000Z", "20261124T040000Z"),
      validators: { etag: '"2"', lastModified: null },
    };
    desk.nowMs += 60_000;
    const read = await admin(`${path}/calendars/${id}/refresh`, post({}));
    assert.equal(read.status, 200, JSON.stringify(read.body));
    assert.deepEqual(read.body.report.unknown, []);
    const late = NOW_MS + 18 * HOUR_MS;
    assert.deepEqual(await onCall(desk, path, late), [viewerId]);
  },
);

/** The store, and something that happens once while a text is understood: whom it may name is looked up then. */
function interrupted(store: Store) {
  const once = { happens: () => Promise.resolve<unknown>(null) };
  const responders = new Proxy(store.responders, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "list") return value.bind(target);
      return async (...given: unknown[]) => {
        const { happens } = once;
        once.happens = () => Promise.resolve(null);
        await happens();
        return await value.apply(target, given);
      };
    },
  });
  const watched = new Proxy(store, {
    get: (target, name) =>
      name === "responders" ? responders : Reflect.get(target, name),
  });
  return { watched, once };
}

forEachStore(
  "what is understood is not written over what was changed or read in the meantime",
  async (store) => {
    const elsewhere = new Elsewhere();
    const { watched, once } = interrupted(store);
    const desk = await Desk.open(watched, { calendars: elsewhere.tools });
    const path = await open(desk);
    const admin = desk.as("admin");
    const { body: { id } } = await admin(
      `${path}/calendars`,
      post({ name: "Google", url: URL_GIVEN }),
    );
    const viewerId = desk.accounts.viewer.responderId;
    const name = () =>
      admin(
        `${path}/calendars/${id}/people`,
        put({ people: [{ text: "Bob", responder_id: viewerId }] }),
      );
    const refresh = () => admin(`${path}/calendars/${id}/refresh`, post({}));
    const later = (hours: number) => {
      desk.nowMs += 60_000;
      const end = `2026112${4 + hours}T040000Z`;
      const text = SHIFTS.replaceAll("20261124T000000Z", end);
      const validators = { etag: `"${hours}"`, lastModified: null };
      elsewhere.answer = { kind: "read", text, validators };
    };
    later(0);
    once.happens = name;
    assert.deepEqual((await refresh()).body.report.unknown, []);
    const late = NOW_MS + 18 * HOUR_MS;
    assert.deepEqual(await onCall(desk, path, late), [viewerId]);
    later(1);
    once.happens = refresh;
    assert.equal((await name()).status, 200);
    const nextDay = late + DAY_MS;
    assert.deepEqual(await onCall(desk, path, nextDay), [viewerId]);
  },
);

forEachStore(
  "no text is understood inside a transaction, where it would hold up whoever writes",
  async (store) => {
    const elsewhere = new Elsewhere();
    // Whom a calendar may name is looked up for every text that is understood.
    const watched: Store = new Proxy(store, {
      get(target, name) {
        if (name !== "transaction") return Reflect.get(target, name);
        return (work: (tx: Repositories) => Promise<unknown>) =>
          target.transaction((tx) =>
            work({
              ...tx,
              responders: new Proxy(tx.responders, {
                get(responders, name) {
                  assert.notEqual(name, "list", "understood while writing");
                  const value = Reflect.get(responders, name);
                  return typeof value === "function"
                    ? value.bind(responders)
                    : value;
                },
              }),
            })
          );
      },
    });
    const desk = await Desk.open(watched, { calendars: elsewhere.tools });
    const path = await open(desk);
    const admin = desk.as("admin");
    const made = await admin(
      `${path}/calendars`,
      post({ name: "Google", url: URL_GIVEN }),
    );
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { id } = made.body;
    const { responderId } = desk.accounts.viewer;
    const named = await admin(
      `${path}/calendars/${id}/people`,
      put({ people: [{ text: "Bob", responder_id: responderId }] }),
    );
    assert.equal(named.status, 200, JSON.stringify(named.body));
    const read = await admin(`${path}/calendars/${id}/refresh`, post({}));
    assert.equal(read.status, 200, JSON.stringify(read.body));
    assert.equal(read.body.report.matched, 2);
  },
);

test(
  "what one schedule exports another imports, and both say the same at every hour",
  async (desk, path) => {
    const { store } = desk;
    const admin = desk.as("admin");
    const { viewer, responder, admin: ada } = desk.accounts;
    const made = await admin(
      `${path}/layers`,
      post({
        name: "Days",
        responder_ids: [viewer, responder, ada].map((one) => one.responderId),
        period_unit: "days",
        starts_at: "2026-11-23T09:00",
        restrictions: [
          { from_day: 1, from_time: "09:00", to_day: 6, to_time: "09:00" },
        ],
      }),
    );
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const { body: feed } = await admin(`${path}/calendar-feeds`, post({}));
    const token = feed.url.split("/").at(-1).replace(".ics", "");
    const served = await serveFeed({
      store,
      clock: () => desk.nowMs,
      baseUrl: "https://pager.example.com",
    }, token);
    assert.ok(served);
    desk.nowMs++;
    const other = await open(desk);
    const copy = await admin(
      `${other}/calendars`,
      post({ name: "Copy", content: served.text }),
    );
    assert.equal(copy.status, 201, JSON.stringify(copy.body));
    assert.deepEqual(copy.body.report.unknown, []);
    const ids = [path, other].map((one) => Number(one.split("/").at(-1)));
    const range = [NOW_MS, NOW_MS + 60 * DAY_MS] as const;
    const { onCallAt } = await import("../../src/domain/schedules/schedule.ts");
    const plans = await store.schedules.plans(ids, ...range);
    const [first, second] = ids.map((id) => plans.get(id));
    assert.ok(first && second);
    for (let atMs = range[0]; atMs < range[1]; atMs += HOUR_MS) {
      assert.deepEqual(onCallAt(second, atMs), onCallAt(first, atMs));
    }
  },
);

forEachStore(
  "of two processes one reads a calendar that is due",
  async (store, { openAnother }) => {
    const elsewhere = new Elsewhere();
    const desk = await Desk.open(store, { calendars: elsewhere.tools });
    const path = await open(desk);
    await desk.as("admin")(
      `${path}/calendars`,
      post({ name: "Google", url: URL_GIVEN }),
    );
    const clock = () => NOW_MS + DAY_MS;
    const stores = [store, await openAnother(), await openAnother()];
    const results = await Promise.all(
      stores.map((one) =>
        refreshDueCalendars({ store: one, clock, calendars: elsewhere.tools })
      ),
    );
    assert.equal(results.reduce((sum, { read }) => sum + read, 0), 1);
    assert.equal(elsewhere.asked.length, 2, "when it was made, and once since");
  },
);
