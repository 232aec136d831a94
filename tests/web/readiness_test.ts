import assert from "node:assert/strict";
import { reportCsv } from "../../src/web/schedules/on_call_report.ts";
import { inEachHouse } from "./each_house.ts";
import { NOW_MS } from "./house.ts";

const HOUR_MS = 3_600_000;

inEachHouse(
  "what is wrong stands on the dashboard, on its page and beside whom it concerns, until it is mended",
  async (house, people) => {
    const { store } = house;
    const tab = await house.tabOf("viewer");
    const [method] = await store.responders.contactMethods(people.responder);
    assert.ok(method);
    const set = (enabled: boolean) =>
      store.responders.updateContactMethod(method.id, { enabled }, house.nowMs);
    await set(false);
    // The log-in has looked already, and what is written past the forms leaves no mark.
    house.nowMs += 61_000;
    const wrong = /<strong>Maya Okafor<\/strong>|Maya Okafor/;
    const lost = /has no contact method that is switched on/;
    for (
      const path of [
        "/dashboard",
        "/readiness",
        `/responders/${people.responder}`,
      ]
    ) {
      const { html } = await tab.open(path);
      assert.match(html, wrong, path);
      assert.match(html, lost, path);
    }
    await set(true);
    house.nowMs += 61_000;
    const { html } = await tab.open("/readiness");
    assert.doesNotMatch(html, lost);
  },
  {
    NOTIFICATION_SENDING_ENABLED: "true",
    SMTP_HOST: "127.0.0.1",
    SMTP_FROM: "PagerPal <pager@example.com>",
  },
);

inEachHouse(
  "of many schedules the dashboard shows the first, those with nobody on call before the others, and counts the rest",
  async (house) => {
    const { store } = house;
    const [team] = (await store.teams.list({}, { page: 1, pageSize: 1 })).items;
    assert.ok(team);
    for (let index = 1; index <= 12; index++) {
      await store.schedules.insert({
        ...{ teamId: team.id, name: `Empty rota ${index}`, description: "" },
        timeZone: "UTC",
      }, NOW_MS);
    }
    const { total } = await store.schedules.list({}, { page: 1, pageSize: 1 });
    const { html } = await (await house.tabOf("viewer")).open("/dashboard");
    const [, duties = ""] = /id="duty">(.*?)<\/section>/s.exec(html) ?? [];
    assert.equal(duties.match(/Empty rota \d+/g)?.length, 8);
    assert.match(duties, new RegExp(`And ${total - 8}\\u00A0more schedules`));
  },
);

inEachHouse(
  "the load of a month is told in hours, words and bars, by month and team",
  async (house, people) => {
    const { store } = house;
    const [team] = (await store.teams.list({}, { page: 1, pageSize: 1 })).items;
    assert.ok(team);
    const schedule = await store.schedules.insert({
      ...{ teamId: team.id, name: "Primary <b>", description: "" },
      timeZone: "UTC",
    }, NOW_MS);
    for (
      const [responderId, from, hours] of [
        [people.responder, 40, 30],
        [people.admin, 10, 10],
      ] as const
    ) {
      await store.schedules.insertEntry({
        scheduleId: schedule.id,
        responderId,
        replacesResponderId: null,
        kind: "entry",
        startsAtMs: NOW_MS - from * HOUR_MS,
        endsAtMs: NOW_MS - (from - hours) * HOUR_MS,
      }, NOW_MS);
    }
    const tab = await house.tabOf("viewer");
    const { html } = await tab.open("/reports/on-call");
    assert.match(html, /On-call load, November 2026/);
    assert.match(html, /30\u00A0h, 10\u00A0h more than the mean/);
    assert.match(html, /10\u00A0h, 10\u00A0h less than the mean/);
    assert.match(html, /Primary &lt;b&gt; 30/);
    const empty = await tab.open("/reports/on-call?month=2026-01&team_id=");
    assert.match(empty.html, /Nobody was on call/);
    const csv = await tab.open("/reports/on-call.csv?month=2026-11");
    assert.match(
      csv.html,
      /^month,responder_id,name,.*\r\n2026-11,\d+,Maya Okafor,Africa\/Lagos,30,0,0,0,0\r\n/,
    );
    for (
      const query of ["month=2026-13", "month=x", "team_id=x", "team_id=999"]
    ) {
      const { status } = await tab.open(`/reports/on-call?${query}`);
      assert.ok(status >= 400 && status < 500, `${query}: ${status}`);
    }
  },
);

Deno.test("a name that a spreadsheet would take for a formula is none in the CSV", () => {
  const load = {
    ...{ responderId: 1, timeZone: "UTC", onCallMs: 0, bySchedule: [] },
    ...{ pages: 0, incidents: 0, nights: 0, weekendDays: 0 },
  };
  const mean = { onCallMs: 0, pages: 0, nights: 0, weekendDays: 0 };
  const month = { text: "2026-11", fromMs: 0, toMs: 1 };
  for (const name of ["=1+1", "+1", "-1", "@x", "\tx", "\rx"]) {
    const people = [{ ...load, name }];
    const [, row = ""] = reportCsv({
      people,
      mean,
      month,
      untilMs: 1,
      isPlan: false,
    })
      .split("\r\n");
    assert.ok(row.split(",")[2]?.replace(/^"/, "").startsWith("'"), row);
  }
});
