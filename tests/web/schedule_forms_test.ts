import assert from "node:assert/strict";
import { PLAIN_STEP } from "../../src/domain/policies/escalation_policy.ts";
import { forEachStore } from "../stores.ts";
import { House, inHouse, NOW_MS, type Tab } from "./house.ts";

async function made(tab: Tab, timeZone = "Europe/London"): Promise<number> {
  await tab.open("/schedules/new");
  const shown = await tab.submit("/schedules/new", {
    name: "Payments primary",
    team_id: "1",
    time_zone: timeZone,
    description: "",
  });
  assert.match(shown.path, /^\/schedules\/\d+$/, shown.html);
  return Number(shown.path.split("/").at(-1));
}

async function changes(house: House): Promise<string[]> {
  const { items } = await house.store.auditLog.list({}, {
    page: 1,
    pageSize: 50,
  });
  return items.map(({ action }) => action);
}

forEachStore(
  "a schedule is made, filled, edited and deleted, each with a row in the audit log",
  async (store) => {
    const house = new House(store);
    const people = await house.furnish();
    const tab = await house.tabOf("admin");
    const id = await made(tab);
    const path = `/schedules/${id}`;

    await tab.open(`${path}/entries/new`);
    const filled = await tab.submit(`${path}/entries/new`, {
      kind: "entry",
      responder_id: String(people.responder),
      starts_at: "2026-11-23T00:00",
      ends_at: "2026-11-24T09:00",
    });
    assert.equal(filled.path, path);
    assert.match(filled.html, /Maya Okafor.*on call until Tue 10:00/s);
    const [entry] = await store.schedules.entries(
      [id],
      NOW_MS,
      NOW_MS + 86_400_000 * 30,
    );
    assert.ok(entry);
    assert.equal(entry.startsAtMs, Date.UTC(2026, 10, 23));
    assert.equal(entry.endsAtMs, Date.UTC(2026, 10, 24, 9));

    const list = await tab.open("/schedules");
    assert.match(list.html, /Nobody is on call from Tue 10:00 on/);

    await tab.open(`${path}/entries/${entry.id}`);
    await tab.submit(`${path}/entries/${entry.id}`, {
      responder_id: String(people.admin),
      starts_at: "2026-11-23T00:00",
      ends_at: "2026-11-25T09:00",
    });
    const changed = await store.schedules.findEntry(entry.id);
    assert.equal(changed?.responderId, people.admin);
    assert.equal(changed?.endsAtMs, Date.UTC(2026, 10, 25, 9));

    await tab.open(`${path}/edit`);
    const renamed = await tab.submit(`${path}/edit`, {
      name: "Payments first line",
      team_id: "1",
      time_zone: "Europe/Berlin",
      description: "",
    });
    assert.match(renamed.html, /Payments first line/);

    await tab.open(`${path}/entries/${entry.id}`);
    await tab.submit(`${path}/entries/${entry.id}/delete`);
    assert.equal(await store.schedules.findEntry(entry.id), null);

    await tab.open(`${path}/delete`);
    const gone = await tab.submit(`${path}/delete`);
    assert.equal(gone.path, "/schedules");
    assert.equal(await store.schedules.find(id), null);
    assert.deepEqual((await changes(house)).sort(), [
      "schedule.create",
      "schedule.delete",
      "schedule.update",
      "schedule_entry.create",
      "schedule_entry.delete",
      "schedule_entry.update",
    ]);
    house.pagerpal.closeStreams();
    await house.pagerpal.stop();
  },
);

inHouse(
  "a wrong entry says so beside its field and keeps what was typed",
  async (house) => {
    const people = await house.furnish();
    const tab = await house.tabOf("admin");
    const path = `/schedules/${await made(tab)}/entries/new`;
    const typed = {
      kind: "override",
      responder_id: String(people.viewer),
      starts_at: "2026-11-24T09:00",
      ends_at: "2026-11-24T09:00",
    };
    await tab.open(path);
    const empty = await tab.submit(path, typed);
    assert.equal(empty.status, 422);
    assert.match(
      empty.html,
      /id="f-ends_at-wrong">The end must be later than the start/,
    );
    assert.match(empty.html, /value="2026-11-24T09:00"/);
    assert.match(
      empty.html,
      new RegExp(`<option value="${people.viewer}" selected>`),
    );
    const nonsense = await tab.submit(path, { ...typed, starts_at: "<b>" });
    assert.equal(nonsense.status, 422);
    assert.match(nonsense.html, /id="f-starts_at-wrong">A day and a time/);
    assert.match(nonsense.html, /value="&lt;b&gt;"/);
    const nobody = await tab.submit(path, {
      ...typed,
      ends_at: "2026-11-25T09:00",
      responder_id: "99999",
    });
    assert.match(nobody.html, /There is no responder 99999/);
  },
);

inHouse(
  "a name that the team has already is refused, and the form keeps it",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("admin");
    await made(tab);
    await tab.open("/schedules/new");
    const again = await tab.submit("/schedules/new", {
      name: "Payments primary",
      team_id: "1",
      time_zone: "Europe/London",
      description: "kept",
    });
    assert.equal(again.status, 422);
    assert.match(again.html, /id="f-name-wrong"/);
    assert.match(again.html, />kept<\/textarea>/);
    const bare = await tab.submit("/schedules/new", {
      name: "",
      team_id: "",
      time_zone: "Mars/Base",
    });
    assert.match(bare.html, /id="f-name-wrong">Must not be empty/);
    assert.match(bare.html, /id="f-team_id-wrong"/);
    assert.match(bare.html, /id="f-time_zone-wrong">An IANA time zone/);
  },
);

inHouse(
  "a shift over the hour that comes twice overlaps rather than leaves a gap, and the page says so",
  async (house) => {
    house.nowMs = Date.UTC(2026, 9, 20);
    const people = await house.furnish();
    const tab = await house.tabOf("admin");
    const id = await made(tab);
    const path = `/schedules/${id}/entries/new`;
    await tab.open(path);
    const saved = await tab.submit(path, {
      kind: "entry",
      responder_id: String(people.responder),
      starts_at: "2026-10-20T00:00",
      ends_at: "2026-10-25T01:30",
    });
    assert.match(saved.html, /twice in Europe\/London; the second one counts/);
    await tab.open(path);
    await tab.submit(path, {
      kind: "entry",
      responder_id: String(people.admin),
      starts_at: "2026-10-25T01:30",
      ends_at: "2026-11-25T09:00",
    });
    const [first, second] = await house.store.schedules.entries(
      [id],
      0,
      Date.UTC(2027, 0),
    );
    assert.ok(first && second);
    assert.equal(first.endsAtMs, Date.UTC(2026, 9, 25, 1, 30));
    assert.equal(second.startsAtMs, Date.UTC(2026, 9, 25, 0, 30));
    const edit = `/schedules/${id}/entries/${second.id}`;
    await tab.open(edit);
    await tab.submit(edit, {
      responder_id: String(people.viewer),
      starts_at: "2026-10-25T01:30",
      ends_at: "2026-11-25T09:00",
    });
    const kept = await house.store.schedules.findEntry(second.id);
    assert.equal(kept?.startsAtMs, second.startsAtMs, "saving moves nothing");
  },
);

inHouse(
  "a schedule that a policy uses is not deleted: the policy is named",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("admin");
    const id = await made(tab);
    await house.store.policies.insert({
      teamId: 1,
      name: "Night <shift>",
      description: "",
      steps: [{
        ...PLAIN_STEP,
        delayMinutes: 5,
        targets: [{ kind: "schedule", id }],
      }],
      repeatCount: 0,
      acknowledgementTimeoutMinutes: null,
      fallback: [],
    }, NOW_MS);
    const asked = await tab.open(`/schedules/${id}/delete`);
    assert.match(asked.html, /cannot be deleted yet/);
    assert.match(asked.html, /Night &lt;shift&gt;/);
    const { _csrf = "" } = tab.formFields("/logout");
    const refused = await tab.post(`/schedules/${id}/delete`, { _csrf });
    assert.equal(refused.status, 409);
    assert.ok(await house.store.schedules.find(id));
  },
);

const PAGES = [
  "/schedules",
  "/schedules/1",
  "/escalation-policies",
  "/escalation-policies/1",
  "/alert-sources",
  "/alert-sources/1",
];
const ADMIN_ONLY = [
  "/schedules/new",
  "/schedules/1/edit",
  "/schedules/1/delete",
  "/schedules/1/entries/new",
  "/escalation-policies/new",
  "/escalation-policies/1/edit",
  "/escalation-policies/1/delete",
  "/alert-sources/new",
  "/alert-sources/1/edit",
  "/alert-sources/1/delete",
  "/alert-sources/1/regenerate-key",
];
const POSTS = [
  ...ADMIN_ONLY,
  "/alert-sources/1/test",
  "/alert-sources/1/approve-sns-subscription",
  "/schedules/1/entries/1/delete",
];

inHouse(
  "viewers and responders see no button that would refuse, and are refused without one",
  async (house) => {
    await house.furnish();
    await made(await house.tabOf("admin"));
    for (const role of ["viewer", "responder"] as const) {
      const tab = await house.tabOf(role);
      for (const path of PAGES) {
        const { status, html } = await tab.open(path);
        assert.equal(status, 200, path);
        const main = html.slice(html.indexOf("<main"), html.indexOf("</main>"));
        assert.doesNotMatch(main, /method="post"/, path);
        for (const only of ADMIN_ONLY) {
          assert.ok(!main.includes(`href="${only}"`), `${path} ${only}`);
        }
      }
      const { _csrf = "" } = tab.formFields("/logout");
      for (const path of ADMIN_ONLY) {
        assert.equal((await tab.open(path)).status, 403, path);
      }
      for (const path of POSTS) {
        assert.equal((await tab.post(path, { _csrf })).status, 403, path);
      }
    }
    assert.deepEqual(await changes(house), ["schedule.create"]);
  },
);

inHouse("a form without its token changes nothing", async (house) => {
  await house.furnish();
  const tab = await house.tabOf("admin");
  await made(tab);
  for (const path of POSTS) {
    const refused = await tab.post(path, { name: "x", team_id: "1" });
    assert.equal(refused.status, 403, path);
  }
  assert.deepEqual(await changes(house), ["schedule.create"]);
});

inHouse("what is not there is 404 in the same design", async (house) => {
  await house.furnish();
  const tab = await house.tabOf("admin");
  for (
    const path of [
      "/schedules/999",
      "/schedules/abc",
      "/schedules/1e3/edit",
      "/escalation-policies/999",
      "/alert-sources/999/edit",
    ]
  ) {
    const shown = await tab.open(path);
    assert.equal(shown.status, 404, path);
    assert.match(shown.html, /Not found/);
  }
});
