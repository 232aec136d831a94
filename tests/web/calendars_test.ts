import assert from "node:assert/strict";
import type { CalendarAnswer } from "../../src/ports/calendar_source.ts";
import { calendarOf } from "../app/ical.ts";
import { auditActions, inEachHouse } from "./each_house.ts";
import { type House, inHouse, NOW_MS, type Shown, type Tab } from "./house.ts";

const HOUR_MS = 3_600_000;
const PATH = "/schedules/1";
const NEW = `${PATH}/calendars/new`;
const URL_GIVEN = "https://calendars.example.com/private-0123secret/basic.ics";
/** Maya has Monday by her name, Ada Tuesday by her address, and Robin, whom nobody knows, Wednesday. */
const SHIFTS = calendarOf([
  [
    "DTSTART:20261123T080000Z",
    "DTEND:20261123T200000Z",
    "SUMMARY:On call - Maya Okafor",
  ],
  [
    "DTSTART:20261124T080000Z",
    "DTEND:20261124T200000Z",
    "SUMMARY:Second",
    "ATTENDEE:mailto:admin@example.com",
  ],
  ["DTSTART:20261125T080000Z", "DTEND:20261125T200000Z", "SUMMARY:Robin"],
  ["DTSTART:yesterday", "DURATION:PT1H", "SUMMARY:broken"],
]);
const GIVEN = { name: "Old tool", url: "", content: SHIFTS };

function file(text: string, name = "rota.ics"): File {
  return new File([text], name, { type: "text/calendar" });
}

function answering(house: House, answer: CalendarAnswer): { asked: string[] } {
  const asked: string[] = [];
  house.fetchCalendar = (url) => {
    asked.push(url);
    return Promise.resolve(answer);
  };
  return { asked };
}

async function schedule(house: House): Promise<Tab> {
  const { items: [team] } = await house.store.teams.list({}, {
    page: 1,
    pageSize: 1,
  });
  const { id } = await house.store.schedules.insert({
    teamId: team?.id ?? 0,
    name: "Payments primary",
    description: "",
    timeZone: "Europe/London",
    handoffNoticeMinutes: null,
  }, NOW_MS);
  assert.equal(id, 1);
  return await house.tabOf("admin");
}

/** The draft that the form at `path` makes. */
async function drafted(
  tab: Tab,
  fields: Record<string, string> = GIVEN,
  path = NEW,
): Promise<Shown> {
  await tab.open(path);
  const shown = await tab.submit(path, fields);
  assert.match(shown.path, /\/calendars\/drafts\/\d+$/, shown.html);
  assert.equal(shown.status, 200);
  return shown;
}

/** Whom the schedule puts on call, hour by hour of the calendar's days at noon. */
async function onCall({ store }: House): Promise<number[]> {
  const range = [NOW_MS, NOW_MS + 72 * HOUR_MS] as const;
  const plan = (await store.schedules.plans([1], ...range)).get(1);
  const [layer] = plan?.layers ?? [];
  return layer?.kind === "calendar"
    ? layer.windows.map(({ responderId }) => responderId)
    : [];
}

inEachHouse(
  "a text is looked at, its names are explained, and then it is saved as a layer",
  async (house, people) => {
    const tab = await schedule(house);
    const draft = await drafted(tab);
    assert.deepEqual(await house.store.calendars.list(1), []);
    assert.match(
      draft.html,
      /2\u00A0events put somebody on call, 1\u00A0event names nobody known here/,
    );
    assert.match(draft.html, /Maya Okafor.*Name in the title/s);
    assert.match(draft.html, /admin@example\.com.*E-mail address/s);
    assert.match(draft.html, /1 event is left out, because a time in it/);
    assert.match(draft.html, /Mon 23 Nov, 08:00/, "on the schedule's clock");
    assert.match(draft.html, /Maya Okafor.*instead of nobody/s);

    const seen = await tab.submit(draft.path, {
      name: "Old tool",
      "names.0.responder_id": String(people.viewer),
      do: "preview",
    });
    assert.equal(seen.path, `${draft.path}#preview`);
    assert.match(seen.html, /3\u00A0events put somebody on call/);
    assert.match(seen.html, /Vera Vaughan.*instead of nobody/s);
    assert.deepEqual(await onCall(house), []);

    const saved = await tab.submit(draft.path, {
      name: "Old tool",
      "names.0.responder_id": String(people.viewer),
      do: "save",
    });
    assert.match(saved.path, /^\/schedules\/1#layer-\d+$/, saved.html);
    assert.match(saved.html, /From the file .*Pasted text.*, read at 03:14/s);
    assert.deepEqual(await onCall(house), [
      people.responder,
      people.admin,
      people.viewer,
    ]);
    assert.deepEqual(await auditActions(house), ["schedule_layer.create"]);
    assert.equal((await tab.open(draft.path)).status, 404, "it is gone");
  },
);

inHouse("a form that asks for no file takes none", async (house) => {
  await house.furnish();
  const tab = await house.tabOf("admin");
  await tab.open("/teams/new");
  const sent = await tab.upload("/teams/new", {
    fields: { name: "Smuggled" },
    files: { file: file(SHIFTS) },
  });
  assert.equal(sent.status, 415);
  const page = { page: 1, pageSize: 10 };
  const { items } = await house.store.teams.list({}, page);
  assert.deepEqual(items.map(({ name }) => name), ["Payments"]);
});

inHouse("a file is uploaded, and called by its name", async (house) => {
  await house.furnish();
  const tab = await schedule(house);
  await tab.open(NEW);
  const draft = await tab.upload(NEW, {
    fields: { name: "Old tool", url: "", content: "" },
    files: { file: file(SHIFTS, "Rota  2026.ics") },
  });
  assert.match(draft.path, /drafts/, draft.html);
  assert.match(draft.html, /From <bdi>Rota 2026\.ics<\/bdi>/);
  await tab.open(NEW);
  const none = await tab.upload(NEW, {
    fields: { name: "x", url: "", content: "" },
    files: { file: new File([], "") },
  });
  assert.equal(none.status, 422);
  assert.match(none.html, /Give an address, a file or a text\./);
  await tab.open(NEW);
  const wrong = await tab.upload(NEW, {
    fields: { name: "x" },
    files: { file: file("<html>") },
  });
  assert.equal(wrong.status, 422);
  assert.match(wrong.html, /id="f-file-wrong">This is not an iCalendar file/);
});

inHouse(
  "an address is fetched when it is sent and at no other time, and shown as its host",
  async (house) => {
    await house.furnish();
    const tab = await schedule(house);
    const { asked } = answering(house, {
      kind: "read",
      text: SHIFTS,
      validators: { etag: null, lastModified: null },
    });
    const draft = await drafted(tab, { ...GIVEN, content: "", url: URL_GIVEN });
    assert.equal(asked.length, 1);
    await tab.open(draft.path);
    const saved = await tab.submit(draft.path, { name: "Tool", do: "save" });
    assert.match(saved.path, /#layer-/, saved.html);
    const [calendar] = await house.store.calendars.list(1);
    const page = await tab.open(`${PATH}/calendars/${calendar?.layer.id}`);
    assert.equal(asked.length, 1, "no page fetches");
    for (const { html } of [draft, saved, page]) {
      assert.match(html, /calendars\.example\.com/);
      assert.ok(!html.includes("0123secret"));
    }
    assert.equal(calendar?.calendar.dueAtMs, NOW_MS + 15 * 60_000);
  },
);

inHouse(
  "what cannot be fetched or understood, and what is too much, is said beside its field",
  async (house) => {
    await house.furnish();
    const tab = await schedule(house);
    await tab.open(NEW);
    const refused = async (fields: Record<string, string>, words: RegExp) => {
      const shown = await tab.submit(NEW, { name: "x", ...fields });
      assert.equal(shown.status, 422, shown.html);
      assert.match(shown.html, words);
    };
    answering(house, { kind: "failed", message: "It leads inside." });
    await refused({ url: URL_GIVEN }, /id="f-url-wrong">It leads inside\./);
    await refused(
      { url: "ftp://x" },
      /id="f-url-wrong">An address that begins/,
    );
    await refused({ content: "hello" }, /id="f-content-wrong">This is not an/);
    await refused({}, /id="f-url-wrong">Give an address/);
    await refused(
      { url: URL_GIVEN, content: SHIFTS },
      /id="f-url-wrong">.*not several/,
    );
    await refused({ name: "", content: SHIFTS }, /id="f-name-wrong"/);
    await refused({ content: "A\0" }, /id="f-content-wrong"/);
    const long = `BEGIN:VCALENDAR\r\n${"x".repeat(2_000_000)}`;
    await tab.open(NEW);
    const much = await tab.upload(NEW, {
      fields: { name: "x" },
      files: { file: file(long) },
    });
    assert.equal(much.status, 422);
    assert.match(
      much.html,
      /id="f-file-wrong">The calendar is larger than 2 MB/,
    );
    await tab.open(NEW);
    const huge = await tab.upload(NEW, {
      fields: { name: "x" },
      files: { file: file("x".repeat(10_000_000)) },
    });
    assert.equal(huge.status, 413);
    assert.match(huge.html, /The calendar is larger than 2 MB/);
  },
);

inHouse(
  "a layer is put where it is wanted, and the preview knows it",
  async (house) => {
    const people = await house.furnish();
    const tab = await schedule(house);
    const { id: weekly } = await house.store.schedules.insertLayer({
      scheduleId: 1,
      name: "Weekly",
      kind: "rotation",
      rotation: {
        responderIds: [people.viewer],
        period: { unit: "weeks", count: 1 },
        handoff: { time: "09:00", weekday: 1, dayOfMonth: 1 },
        startsAt: "2026-11-01T09:00",
        endsAt: null,
        restrictions: [],
        turnCounts: "calendar_time",
      },
    }, NOW_MS);
    const draft = await drafted(tab);
    const below = { name: "Old tool", below_layer_id: String(weekly) };
    const seen = await tab.submit(draft.path, { ...below, do: "preview" });
    assert.match(seen.html, /<option value="1" selected>Below Weekly/);
    assert.match(seen.html, /Nothing changes/);
    await tab.submit(draft.path, { ...below, do: "save" });
    const layers = await house.store.schedules.layers(1);
    assert.deepEqual(layers.map(({ name }) => name), ["Old tool", "Weekly"]);
  },
);

inHouse(
  "a layer's names are explained anew, also as nobody, and forgotten again",
  async (house) => {
    const people = await house.furnish();
    const tab = await schedule(house);
    const draft = await drafted(tab);
    await tab.submit(draft.path, { name: "Old tool", do: "save" });
    const [made] = await house.store.calendars.list(1);
    const page = `${PATH}/calendars/${made?.layer.id}`;
    const explain = async (fields: Record<string, string>) => {
      await tab.open(page);
      const asked = await tab.submit(`${page}/names`);
      assert.match(asked.path, /drafts/, asked.html);
      return await tab.submit(asked.path, {
        name: "Old tool",
        do: "save",
        ...fields,
      });
    };
    assert.match((await tab.open(page)).html, /Robin/);
    await explain({ "names.0.responder_id": "nobody" });
    let [now] = await house.store.calendars.list(1);
    assert.deepEqual(now?.calendar.people, [
      { text: "Robin", responderId: null },
    ]);
    assert.equal(now?.calendar.report.ignored, 1);
    await explain({
      "names.0.responder_id": "",
      another_text: "on call -  MAYA Okafor",
      another_responder_id: String(people.viewer),
    });
    [now] = await house.store.calendars.list(1);
    assert.deepEqual(now?.calendar.people, [
      { text: "on call -  MAYA Okafor", responderId: people.viewer },
    ]);
    assert.deepEqual(await onCall(house), [people.viewer, people.admin]);
    const half = await explain({ another_text: "Somebody" });
    assert.equal(half.status, 422);
    assert.match(half.html, /id="f-another_responder_id-wrong"/);
    assert.match(half.html, /value="Somebody"/);
    const forged = await explain({ "names.0.responder_id": "x" });
    assert.equal(forged.status, 422);
    const gone = await explain({ "names.0.responder_id": "9999" });
    assert.match(gone.html, /There is no responder 9999/);
  },
);

inEachHouse(
  "a layer is led to another calendar; who was explained stays",
  async (house, people) => {
    const tab = await schedule(house);
    const draft = await drafted(tab);
    await tab.submit(draft.path, {
      name: "Old tool",
      "names.0.responder_id": String(people.viewer),
      do: "save",
    });
    const [made] = await house.store.calendars.list(1);
    const page = `${PATH}/calendars/${made?.layer.id}`;
    const next = await drafted(tab, {
      name: "New tool",
      content: calendarOf([[
        "DTSTART:20261123T080000Z",
        "DURATION:PT4H",
        "SUMMARY:Robin",
      ]]),
    }, `${page}/replace`);
    assert.match(next.html, /Vera Vaughan/);
    const saved = await tab.submit(next.path, { name: "New tool", do: "save" });
    assert.match(saved.path, /#layer-/, saved.html);
    const [now] = await house.store.calendars.list(1);
    assert.equal(now?.layer.id, made?.layer.id);
    assert.equal(now?.layer.name, "New tool");
    assert.deepEqual(await onCall(house), [people.viewer]);
    assert.deepEqual((await auditActions(house)).slice(0, 1), [
      "schedule_layer.update",
    ]);
  },
);

inHouse(
  "a calendar that cannot be read says so where it stands, and is read again when asked, though not too often",
  async (house) => {
    await house.furnish();
    const tab = await schedule(house);
    const validators = { etag: null, lastModified: null };
    answering(house, { kind: "read", text: SHIFTS, validators });
    const draft = await drafted(tab, { ...GIVEN, content: "", url: URL_GIVEN });
    await tab.submit(draft.path, { name: "Tool", do: "save" });
    const [made] = await house.store.calendars.list(1);
    const page = `${PATH}/calendars/${made?.layer.id}`;
    answering(house, { kind: "failed", message: "The server is away." });
    await tab.open(page);
    const failed = await tab.submit(`${page}/refresh`);
    assert.match(
      failed.html,
      /It cannot be read\..*The server is away\. So since 03:14/s,
    );
    const list = await tab.open(PATH);
    assert.match(list.html, /Cannot be read/);
    assert.match(list.html, /1\u00A0event names nobody known/);
    assert.deepEqual((await auditActions(house)).slice(0, 1), [
      "schedule_layer.refresh",
    ]);
    answering(house, { kind: "read", text: SHIFTS, validators });
    await tab.open(page);
    const again = await tab.submit(`${page}/refresh`);
    assert.match(again.html, /Tool is read again\./);
    assert.ok(!again.html.includes("It cannot be read"));
    for (let n = 0; n < 2; n++) {
      await tab.open(page);
      await tab.submit(`${page}/refresh`);
    }
    await tab.open(page);
    const often = await tab.submit(`${page}/refresh`);
    assert.match(often.html, /was read a moment ago/);
  },
);

inHouse(
  "a draft is its account's own, lasts a day, and can be thrown away",
  async (house) => {
    await house.furnish();
    const tab = await schedule(house);
    const draft = await drafted(tab);
    const id = Number(draft.path.split("/").at(-1));
    const owner = await house.store.accounts.findByEmail("admin@example.com");
    assert.equal(
      (await house.store.calendarDrafts.find(id))?.accountId,
      owner?.id,
    );
    const viewer = await house.tabOf("viewer");
    assert.equal((await viewer.open(draft.path)).status, 403);
    assert.equal((await viewer.open(NEW)).status, 403);
    const responder = await house.store.accounts
      .findByEmail("responder@example.com");
    await house.store.accounts.update(
      responder?.id ?? 0,
      { role: "admin" },
      NOW_MS,
    );
    const other = await house.tabOf("responder");
    assert.equal((await other.open(draft.path)).status, 404);
    await tab.open(draft.path);
    const gone = await tab.submit(`${draft.path}/delete`);
    assert.equal(gone.path, PATH);
    assert.equal(await house.store.calendarDrafts.find(id), null);
  },
);

inHouse(
  "hostile titles and file names are text, and somebody who reads only sees no forms",
  async (house) => {
    await house.furnish();
    const tab = await schedule(house);
    const bad = `"><img src=x onerror=alert(1)>`;
    const draft = await drafted(tab, {
      name: `Tool ${bad}`,
      content: calendarOf([[
        "DTSTART:20261123T080000Z",
        "DURATION:PT4H",
        `SUMMARY:${bad}`,
      ], [
        `DTSTART;TZID=${"Moon<b>"}:20261123T080000`,
        "DURATION:PT4H",
        "SUMMARY:Maya Okafor",
      ]]),
    });
    assert.ok(!draft.html.includes("<img"), draft.html);
    assert.ok(!draft.html.includes("Moon<b>"));
    const saved = await tab.submit(draft.path, { name: bad, do: "save" });
    const [made] = await house.store.calendars.list(1);
    const page = await tab.open(`${PATH}/calendars/${made?.layer.id}`);
    for (const { html } of [saved, page]) assert.ok(!html.includes("<img"));
    const viewer = await house.tabOf("viewer");
    const seen = await viewer.open(`${PATH}/calendars/${made?.layer.id}`);
    assert.equal(seen.status, 200);
    assert.ok(!seen.html.includes("/refresh"));
    assert.ok(!seen.html.includes("Delete layer"));
  },
);
