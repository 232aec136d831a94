import assert from "node:assert/strict";
import { auditActions, inEachHouse } from "./each_house.ts";

inEachHouse("a team is made, changed and deleted", async (house, people) => {
  const tab = await house.tabOf("admin");
  await tab.open("/teams/new");
  const made = await tab.submit("/teams/new", {
    name: "  Search & Ads ",
    description: "Finds <b>things</b>.\r\nAll of them.",
    responder_ids: [String(people.responder), String(people.viewer)],
  });
  assert.match(made.path, /^\/teams\/\d+$/);
  assert.match(made.html, /Team Search &amp; Ads is made\./);
  assert.match(made.html, /Finds &lt;b&gt;things&lt;\/b&gt;/);
  const id = Number(made.path.split("/").at(-1));
  const team = await house.store.teams.find(id);
  assert.equal(team?.name, "Search & Ads");
  assert.equal(team?.description, "Finds <b>things</b>.\nAll of them.");
  assert.deepEqual(
    await house.store.teams.memberIds(id),
    [people.viewer, people.responder].sort((a, b) => a - b),
  );

  const edit = `/teams/${id}/edit`;
  const form = await tab.open(edit);
  const ticked = [...form.html.matchAll(/value="(\d+)" checked/g)]
    .map(([, value]) => Number(value));
  assert.deepEqual(ticked.sort(), [people.viewer, people.responder].sort());
  const saved = await tab.submit(edit, {
    name: "Search",
    description: "",
    responder_ids: String(people.admin),
  });
  assert.equal(saved.path, `/teams/${id}`);
  assert.deepEqual(await house.store.teams.memberIds(id), [people.admin]);

  const list = await tab.open("/teams");
  assert.match(list.html, /Two teams, two people\./);

  await tab.open(`/teams/${id}/delete`);
  const gone = await tab.submit(`/teams/${id}/delete`);
  assert.equal(gone.path, "/teams");
  assert.equal(await house.store.teams.find(id), null);
  assert.deepEqual(await auditActions(house), [
    "team.delete",
    "team.set_members",
    "team.update",
    "team.set_members",
    "team.create",
  ]);
});

inEachHouse(
  "a team that is wrong or taken is said beside its field, and what was written stays",
  async (house, people) => {
    const tab = await house.tabOf("admin");
    for (
      const [name, wrong] of [
        ["Payments", /Another record has this name already/],
        ["", /Must not be empty/],
        ["x".repeat(101), /At most 100 characters/],
        ["a\u202Eb", /control characters/],
      ] as const
    ) {
      await tab.open("/teams/new");
      const answer = await tab.submit("/teams/new", {
        name,
        description: "Written at length",
        responder_ids: String(people.viewer),
      });
      assert.equal(answer.status, 422, name);
      assert.match(answer.html, wrong);
      assert.match(answer.html, /aria-invalid="true"/);
      assert.match(answer.html, /Written at length/);
      assert.match(
        answer.html,
        new RegExp(`value="${people.viewer}" checked`),
      );
    }
  },
);

inEachHouse(
  "a team that is used is not deleted, and its page names what uses it",
  async (house) => {
    const tab = await house.tabOf("admin");
    const team = (await house.store.teams
      .list({}, { page: 1, pageSize: 1 })).items[0];
    const path = `/teams/${team?.id}/delete`;
    const page = await tab.open(path);
    assert.match(page.html, /cannot be deleted yet/);
    assert.match(page.html, /Alert source.*Probes/);
    assert.match(page.html, /Payments, day and night/);
    assert.doesNotMatch(page.html, new RegExp(`action="${path}"`));
    const { _csrf = "" } = tab.formFields("/logout");
    const refused = await tab.post(path, { _csrf });
    assert.equal(refused.status, 409);
    assert.ok(await house.store.teams.find(team?.id ?? 0));
  },
);

inEachHouse(
  "only an admin makes a team: the others see no button, and are refused in words",
  async (house) => {
    for (const role of ["viewer", "responder"] as const) {
      const tab = await house.tabOf(role);
      const list = await tab.open("/teams");
      assert.doesNotMatch(list.html, /\/teams\/new|\/edit/);
      const one = await tab.open("/teams/1");
      assert.doesNotMatch(one.html, /\/edit|\/delete/);
      const { _csrf = "" } = tab.formFields("/logout");
      for (const path of ["/teams/new", "/teams/1/edit", "/teams/1/delete"]) {
        const shown = await tab.open(path);
        assert.equal(shown.status, 403, path);
        assert.match(shown.html, /This is not allowed/);
        assert.equal((await tab.post(path, { _csrf, name: "x" })).status, 403);
      }
    }
    assert.deepEqual(await auditActions(house), []);
  },
);

inEachHouse(
  "a form for a team without its token changes nothing",
  async (house) => {
    const tab = await house.tabOf("admin");
    const fields = { name: "Intruders" };
    const stale = await tab.post("/teams/new", fields);
    assert.equal(stale.status, 403);
    assert.match(stale.html, /Intruders/);
    const foreign = await tab.post("/teams/new", fields, {
      origin: "https://evil.example",
      "sec-fetch-site": "cross-site",
    });
    assert.equal(foreign.status, 403);
    assert.deepEqual(await auditActions(house), []);
  },
);
