import assert from "node:assert/strict";
import { type House, inHouse, NOW_MS } from "./house.ts";

const HOUR_MS = 3_600_000;

/** Maya (responder) is on call for a day; Ada (admin) is of her team. */
async function rota(house: House) {
  const people = await house.furnish();
  const { store } = house;
  await store.teams.setMembers(1, [people.responder, people.admin]);
  const { id } = await store.schedules.insert({
    teamId: 1,
    name: "Payments primary",
    description: "",
    timeZone: "UTC",
  }, NOW_MS);
  await store.schedules.insertEntry({
    scheduleId: id,
    responderId: people.responder,
    replacesResponderId: null,
    kind: "entry",
    startsAtMs: NOW_MS - HOUR_MS,
    endsAtMs: NOW_MS + 24 * HOUR_MS,
  }, NOW_MS);
  return { people, id, path: `/schedules/${id}/cover-requests/new` };
}

const WINDOW = { starts_at: "2026-11-23T18:00", ends_at: "2026-11-23T20:00" };

inHouse(
  "a responder asks the team, a colleague takes it over, and the schedule shows it",
  async (house) => {
    const { people, id, path } = await rota(house);
    const maya = await house.tabOf("responder");
    const form = await maya.open(`${path}?from=2026-11-23T18:00`);
    assert.match(form.html, /value="2026-11-23T18:00"/);
    const note = "Dentist <b>";
    const asked = await maya.submit(path, { ...WINDOW, note });
    assert.equal(asked.path, "/cover-requests/1", asked.html);
    assert.match(asked.html, /Dentist &lt;b&gt;/);
    assert.match(asked.html, /Cancel the request/);
    assert.doesNotMatch(asked.html, /Take it over/);

    const ada = await house.tabOf("admin");
    const dashboard = await ada.open("/dashboard");
    assert.match(dashboard.html, /\/cover-requests\/1/);
    await ada.open("/cover-requests/1");
    const taken = await ada.submit("/cover-requests/1/accept");
    assert.match(taken.html, /You have taken it over/);
    assert.match(taken.html, /accepted/);
    const entries = await house.store.schedules
      .entries([id], NOW_MS, NOW_MS + 24 * HOUR_MS);
    const override = entries.find(({ kind }) => kind === "override");
    assert.equal(override?.responderId, people.admin);
    assert.equal(override.replacesResponderId, people.responder);
    assert.equal(override.startsAtMs, Date.UTC(2026, 10, 23, 18));
    const told = await house.store.notices.listByResponder(
      people.responder,
      5,
    );
    assert.match(told[0]?.text ?? "", /^Ada Adams covers Payments primary/);
  },
);

inHouse(
  "a wrong time is said beside its field, and what is written stays",
  async (house) => {
    const { path } = await rota(house);
    const maya = await house.tabOf("responder");
    await maya.open(path);
    const shown = await maya.submit(path, {
      starts_at: "2026-12-23T18:00",
      ends_at: "2026-12-23T20:00",
      note: "Holiday",
    });
    assert.equal(shown.status, 422);
    assert.match(shown.html, /Maya Okafor is not on call at any time/);
    assert.match(shown.html, /Holiday/);
    const backwards = await maya.submit(path, {
      starts_at: WINDOW.ends_at,
      ends_at: WINDOW.starts_at,
    });
    assert.equal(backwards.status, 422);
    assert.match(backwards.html, /id="f-ends_at-wrong"/);
  },
);

inHouse("a viewer reads a request and has no button", async (house) => {
  const { path } = await rota(house);
  const maya = await house.tabOf("responder");
  await maya.open(path);
  await maya.submit(path, WINDOW);
  const vera = await house.tabOf("viewer");
  const shown = await vera.open("/cover-requests/1");
  assert.equal(shown.status, 200);
  assert.doesNotMatch(shown.html, /Take it over|Cancel the request/);
  assert.equal((await vera.open(path)).status, 403);
});
