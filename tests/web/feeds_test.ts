import assert from "node:assert/strict";
import nodeIcal from "npm:node-ical@0.27.2";
import { onCallAt } from "../../src/domain/schedules/schedule.ts";
import { type House, inHouse, NOW_MS, type Shown, type Tab } from "./house.ts";
import { rotationOf } from "../domain/schedules/plans.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Maya and Ada take turns by weeks in London, over a change of the clocks; the second week has a gap of a day. */
async function rota(house: House, name = "Payments primary") {
  const people = await house.furnish();
  const { store } = house;
  const { id } = await store.schedules.insert({
    teamId: 1,
    name,
    description: "",
    timeZone: "Europe/London",
    handoffNoticeMinutes: null,
  }, NOW_MS);
  await store.schedules.insertLayer({
    scheduleId: id,
    name: "Weekly",
    kind: "rotation",
    rotation: rotationOf({
      responderIds: [people.responder, people.admin],
      startsAt: "2026-10-05T09:00",
      restrictions: [
        { fromDay: 1, fromTime: "09:00", toDay: 7, toTime: "09:00" },
      ],
    }),
  }, NOW_MS);
  return { people, id, path: `/schedules/${id}/feeds` };
}

/** Makes an address by the form of the page. */
async function subscribe(
  tab: Tab,
  path: string,
  fields: Record<string, string> = {},
): Promise<{ url: string; shown: Shown }> {
  await tab.open(path);
  const shown = await tab.submit(path, fields);
  assert.equal(shown.status, 201, shown.html);
  const [, url] = /<p class="secret">([^<]+)</.exec(shown.html) ?? [];
  assert.ok(url, shown.html);
  return { url, shown };
}

async function get(
  house: House,
  url: string,
  init: RequestInit = {},
): Promise<Response> {
  return await house.pagerpal.fetch(new Request(url, init));
}

async function eventsAt(house: House, url: string) {
  const response = await get(house, url);
  assert.equal(response.status, 200);
  const calendar = nodeIcal.sync.parseICS(await response.text());
  return Object.values(calendar).flatMap((one) =>
    one?.type === "VEVENT"
      ? [{
        uid: one.uid,
        summary: String(one.summary),
        startsAtMs: Number(one.start),
        endsAtMs: Number(one.end),
      }]
      : []
  );
}

inHouse(
  "a schedule's calendar says at every hour who is on call, as PagerPal does, gaps included",
  async (house) => {
    const { people, id, path } = await rota(house);
    await house.store.schedules.insertEntry({
      scheduleId: id,
      responderId: people.viewer,
      replacesResponderId: null,
      kind: "override",
      startsAtMs: NOW_MS + 30 * HOUR_MS,
      endsAtMs: NOW_MS + 35 * HOUR_MS,
    }, NOW_MS);
    const tab = await house.tabOf("viewer");
    const { url, shown } = await subscribe(tab, path, { include_gaps: "on" });
    assert.match(url, /^http:\/\/pager\.example\.com\/ical\/ppc_\w{40}\.ics$/);
    assert.match(shown.html, /href="webcal:\/\/pager\.example\.com\/ical\//);
    const events = await eventsAt(house, url);
    const names = new Map([
      [people.viewer, "Vera Vaughan"],
      [people.responder, "Maya Okafor"],
      [people.admin, "Ada Adams"],
    ]);
    const fromMs = NOW_MS - 25 * DAY_MS;
    const toMs = NOW_MS + 170 * DAY_MS;
    const plans = await house.store.schedules.plans([id], fromMs, toMs);
    const plan = plans.get(id);
    assert.ok(plan);
    for (let atMs = fromMs; atMs < toMs; atMs += HOUR_MS) {
      const said = events
        .filter((one) => one.startsAtMs <= atMs && atMs < one.endsAtMs)
        .map(({ summary }) => summary.replace(/ on call: .*/, ""));
      const ids = onCallAt(plan, atMs);
      const meant = ids.length === 0
        ? ["Nobody"]
        : ids.map((one) => names.get(one));
      assert.deepEqual(said, meant, new Date(atMs).toISOString());
    }
    const again = await tab.open(path);
    assert.doesNotMatch(again.html, new RegExp(url.slice(-20)));
    assert.match(again.html, /With gaps/);
  },
);

inHouse(
  "one's own calendar has one's shifts on all schedules and nobody else's",
  async (house) => {
    await rota(house);
    const tab = await house.tabOf("responder");
    const { url } = await subscribe(tab, "/account/feeds");
    const events = await eventsAt(house, url);
    assert.ok(events.length >= 12);
    assert.deepEqual(
      [...new Set(events.map(({ summary }) => summary))],
      ["On call: Payments primary"],
    );
    const vera = await house.tabOf("viewer");
    const none = await subscribe(vera, "/account/feeds");
    assert.deepEqual(await eventsAt(house, none.url), []);
  },
);

inHouse(
  "the calendar is the same until shifts change, and is not sent twice",
  async (house) => {
    const { people, id, path } = await rota(house);
    const { url } = await subscribe(await house.tabOf("admin"), path);
    const first = await get(house, url);
    const text = await first.text();
    assert.equal(
      first.headers.get("content-type"),
      "text/calendar; charset=utf-8",
    );
    const etag = first.headers.get("etag") ?? "";
    assert.match(etag, /^"\w{32}"$/);
    house.nowMs += 5 * HOUR_MS;
    const known = await get(house, url, { headers: { "if-none-match": etag } });
    assert.equal(known.status, 304);
    assert.equal(await known.text(), "");
    const head = await get(house, url, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("etag"), etag);
    assert.equal(await head.text(), "");
    const weak = `"other", W/${etag}`;
    const compressed = await get(house, url, {
      headers: { "if-none-match": weak },
    });
    assert.equal(compressed.status, 304);

    const before = await eventsAt(house, url);
    house.nowMs += 3 * DAY_MS;
    await house.store.schedules.insertEntry({
      scheduleId: id,
      responderId: people.viewer,
      replacesResponderId: null,
      kind: "override",
      startsAtMs: house.nowMs + 30 * HOUR_MS,
      endsAtMs: house.nowMs + 35 * HOUR_MS,
    }, house.nowMs);
    const changed = await get(house, url, {
      headers: { "if-none-match": etag },
    });
    assert.equal(changed.status, 200);
    assert.notEqual(await changed.text(), text);
    assert.equal(
      Date.parse(changed.headers.get("last-modified") ?? ""),
      Math.floor(house.nowMs / 1_000) * 1_000,
    );
    const after = await eventsAt(house, url);
    const uids = new Map(after.map(({ uid, startsAtMs }) => [startsAtMs, uid]));
    const kept = before.filter(({ startsAtMs }) => uids.has(startsAtMs));
    assert.ok(kept.length > before.length - 5);
    for (const { uid, startsAtMs } of kept) {
      assert.equal(uids.get(startsAtMs), uid);
    }
    assert.equal(new Set(after.map(({ uid }) => uid)).size, after.length);
  },
);

inHouse(
  "revoked, replaced, unknown and malformed addresses are all the same 404",
  async (house) => {
    const { path } = await rota(house);
    const tab = await house.tabOf("responder");
    const revoked = await subscribe(tab, path);
    await tab.open(path);
    const done = await tab.submit(`${path}/1/revoke`);
    assert.match(done.html, /The address is revoked/);
    const replaced = await subscribe(tab, path);
    await tab.open(path);
    const made = await tab.submit(`${path}/2/replace`);
    const [, fresh = ""] = /<p class="secret">([^<]+)</.exec(made.html) ?? [];
    assert.equal((await get(house, fresh)).status, 200);
    const wrong = `${fresh.slice(0, -10)}AAAAAA.ics`;
    for (
      const url of [
        revoked.url,
        replaced.url,
        wrong,
        `${house.origin}/ical/x.ics`,
        `${house.origin}/ical/ppc_${"A".repeat(40)}`,
      ]
    ) {
      const answer = await get(house, url);
      assert.equal(answer.status, 404, url);
      const body = await answer.json();
      assert.equal(body.code, "not_found");
      assert.equal(body.detail, "There is nothing at this address.");
    }
  },
);

inHouse(
  "a calendar ends with its account and with its schedule",
  async (house) => {
    const { id, path } = await rota(house);
    const vera = await subscribe(await house.tabOf("viewer"), path);
    const ada = await subscribe(await house.tabOf("admin"), path);
    const { store } = house;
    const account = await store.accounts.findByEmail("viewer@example.com");
    assert.ok(account);
    await store.accounts.update(account.id, { enabled: false }, NOW_MS);
    assert.equal((await get(house, vera.url)).status, 404);
    assert.equal((await get(house, ada.url)).status, 200);
    await store.schedules.delete(id);
    assert.equal((await get(house, ada.url)).status, 404);
  },
);

inHouse(
  "no address to write to or number to ring is in a calendar, and its own is in no audit log",
  async (house) => {
    const { people, path } = await rota(
      house,
      "Call +44 20 7946 0958 or maya@example.com; now,\\",
    );
    await house.store.responders.update(people.responder, {
      name: "Maya (maya@example.org, +44 7700 900123)",
    }, NOW_MS);
    const { url } = await subscribe(await house.tabOf("admin"), path);
    const text = (await (await get(house, url)).text()).replaceAll("\r\n ", "");
    assert.match(text, /SUMMARY:Maya \(maya/);
    assert.doesNotMatch(text, /@example\.(com|org)[^/]*on call/);
    assert.doesNotMatch(text, /example\.org|7946|900123/);
    const log = await house.store.auditLog.list({}, { page: 1, pageSize: 50 });
    const made = log.items.find(({ action }) =>
      action === "calendar_feed.create"
    );
    assert.ok(made);
    const [, secret = ""] = /ppc_\w{8}(\w{32})/.exec(url) ?? [];
    assert.equal(secret.length, 32);
    assert.ok(!JSON.stringify(log.items).includes(secret));
  },
);

inHouse("who asks in a loop is told to wait", async (house) => {
  const { path } = await rota(house);
  const { url } = await subscribe(await house.tabOf("admin"), path);
  const statuses: number[] = [];
  for (let n = 0; n < 31; n++) statuses.push((await get(house, url)).status);
  assert.deepEqual(new Set(statuses.slice(0, 30)), new Set([200]));
  assert.equal(statuses[30], 429);
  const told = await get(house, url);
  assert.ok(Number(told.headers.get("retry-after")) > 0);
});
