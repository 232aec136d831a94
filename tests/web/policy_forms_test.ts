import assert from "node:assert/strict";
import { PLAIN_STEP } from "../../src/domain/policies/escalation_policy.ts";
import { forEachStore } from "../stores.ts";
import { House, inHouse, NOW_MS, type Tab } from "./house.ts";

const NEW = "/escalation-policies/new";

/** The values that a browser would send of this page's fields, buttons apart. */
function typed(html: string): Record<string, string> {
  const main = html.slice(html.indexOf("<main"), html.indexOf("</main>"));
  const fields: Record<string, string> = {};
  for (
    const [tag, name = "", rest = ""] of main.matchAll(
      /<input[^>]* name="([^"]*)"([^>]*)>/g,
    )
  ) {
    const ticked = !tag.includes("checkbox") || tag.includes(" checked");
    if (ticked) fields[name] = /value="([^"]*)"/.exec(rest)?.[1] ?? "";
  }
  for (
    const [, name = "", options = ""] of main.matchAll(
      /<select[^>]* name="([^"]*)"[^>]*>(.*?)<\/select>/gs,
    )
  ) {
    fields[name] = /<option value="([^"]*)" selected>/.exec(options)?.[1] ?? "";
  }
  for (
    const [, name = "", text = ""] of main.matchAll(
      /<textarea[^>]* name="([^"]*)"[^>]*>(.*?)<\/textarea>/gs,
    )
  ) {
    fields[name] = text;
  }
  return fields;
}

async function press(
  tab: Tab,
  path: string,
  { html, button, fields = {} }: {
    html: string;
    button: string;
    fields?: Record<string, string>;
  },
) {
  return await tab.submit(path, { ...typed(html), ...fields, do: button });
}

forEachStore(
  "a policy is written step by step without a script, and saved with a row in the audit log",
  async (store) => {
    const house = new House(store);
    const people = await house.furnish();
    const tab = await house.tabOf("admin");
    let { html } = await tab.open(NEW);
    ({ html } = await press(tab, NEW, {
      html,
      button: "add-step",
      fields: {
        name: "Nights",
        team_id: "1",
        "steps.0.targets.0": `responder:${people.responder}`,
        "steps.0.delay_minutes": "2,5",
      },
    }));
    assert.equal(await counted(store), 1, "a button saves nothing");
    ({ html } = await press(tab, NEW, {
      html,
      button: "add-target.1",
      fields: { "steps.1.targets.0": "team:1" },
    }));
    ({ html } = await press(tab, NEW, {
      html,
      button: "up.1",
      fields: { "steps.1.targets.1": `responder:${people.admin}` },
    }));
    const kept = typed(html);
    assert.equal(kept.name, "Nights");
    assert.equal(kept["steps.0.targets.0"], "team:1");
    assert.equal(kept["steps.0.targets.1"], `responder:${people.admin}`);
    assert.equal(kept["steps.1.delay_minutes"], "2,5");
    ({ html } = await press(tab, NEW, { html, button: "remove-target.0.1" }));
    ({ html } = await press(tab, NEW, { html, button: "add-fallback" }));
    const saved = await press(tab, NEW, {
      html,
      button: "save",
      fields: {
        "fallback.0": `responder:${people.viewer}`,
        repeat_count: "2",
        acknowledgement_timeout_minutes: "30",
      },
    });
    assert.match(saved.path, /^\/escalation-policies\/\d+$/, saved.html);
    const policy = await store.policies.find(
      Number(saved.path.split("/").at(-1)),
    );
    assert.deepEqual(policy?.steps, [
      { ...PLAIN_STEP, delayMinutes: 5, targets: [{ kind: "team", id: 1 }] },
      {
        ...PLAIN_STEP,
        delayMinutes: 2.5,
        targets: [{ kind: "responder", id: people.responder }],
      },
    ]);
    assert.deepEqual(policy.fallback, [
      { kind: "responder", id: people.viewer },
    ]);
    assert.equal(policy.repeatCount, 2);
    assert.equal(policy.acknowledgementTimeoutMinutes, 30);

    const edit = `${saved.path}/edit`;
    ({ html } = await tab.open(edit));
    await press(tab, edit, { html, button: "remove-step.0" });
    const changed = await press(tab, edit, {
      html,
      button: "save",
      fields: { name: "Nights and days" },
    });
    assert.match(changed.html, /Nights and days/);

    await tab.open(`${saved.path}/delete`);
    await tab.submit(`${saved.path}/delete`);
    assert.equal(await store.policies.find(policy.id), null);
    const { items } = await store.auditLog.list({}, { page: 1, pageSize: 9 });
    assert.deepEqual(items.map(({ action }) => action), [
      "escalation_policy.delete",
      "escalation_policy.update",
      "escalation_policy.create",
    ]);
    house.pagerpal.closeStreams();
    await house.pagerpal.stop();
  },
);

async function counted(store: House["store"]): Promise<number> {
  return (await store.policies.list({}, { page: 1, pageSize: 1 })).total;
}

inHouse(
  "a policy that cannot be says why beside each field and keeps all of it",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("admin");
    const { html } = await tab.open(NEW);
    const refused = await press(tab, NEW, {
      html,
      button: "save",
      fields: {
        name: "",
        team_id: "1",
        "steps.0.delay_minutes": "soon",
        "steps.0.targets.0": "",
        repeat_count: "1.5",
        acknowledgement_timeout_minutes: "0",
        description: "<i>kept</i>",
      },
    });
    assert.equal(refused.status, 422);
    for (
      const [field, words] of [
        ["name", "Must not be empty"],
        ["steps.0.delay_minutes", "A number"],
        ["steps.0.targets.0", "Choose who is paged"],
        ["repeat_count", "A whole number"],
        ["acknowledgement_timeout_minutes", "At least 1"],
      ]
    ) {
      assert.ok(
        refused.html.includes(`id="f-${field}-wrong">${words}`),
        `${field}: ${
          /id="f-[^"]*-wrong">[^<]*/g[Symbol.match](refused.html)?.join("; ")
        }`,
      );
    }
    assert.match(refused.html, /&lt;i&gt;kept&lt;\/i&gt;<\/textarea>/);
    assert.match(refused.html, /value="soon"/);
    const gone = await press(tab, NEW, {
      html: refused.html,
      button: "save",
      fields: {
        name: "Nights",
        "steps.0.delay_minutes": "5",
        "steps.0.targets.0": "schedule:77",
        repeat_count: "0",
        acknowledgement_timeout_minutes: "",
      },
    });
    assert.match(gone.html, /There is no schedule 77/);
    assert.equal(await counted(house.store), 1);
  },
);

inHouse(
  "turns and conditions are written without a script, kept as they were typed, and opened where they are set",
  async (house) => {
    const people = await house.furnish();
    const { store } = house;
    const schedule = await store.schedules.insert({
      teamId: 1,
      name: "Payments primary",
      description: "",
      timeZone: "UTC",
    }, NOW_MS);
    const tab = await house.tabOf("admin");
    let { html } = await tab.open(NEW);
    assert.match(html, /<details class="when"><summary>/);
    assert.match(html, /Whoever is next on call on/);
    assert.equal(
      typed(html)["steps.0.hours.time_zone"],
      "Africa/Lagos",
      "the viewer's own zone",
    );
    ({ html } = await press(tab, NEW, {
      html,
      button: "add-hours.0",
      fields: {
        name: "By day",
        team_id: "1",
        "steps.0.targets.0": `next_on_call:${schedule.id}`,
        "steps.0.round_robin": "on",
        "steps.0.severities.error": "on",
        "steps.0.severities.critical": "on",
        "steps.0.hours.mode": "during",
        "steps.0.hours.time_zone": "Atlantis/Capital",
      },
    }));
    assert.match(html, /<details class="when" open><summary>/);
    const refused = await press(tab, NEW, { html, button: "save" });
    assert.equal(refused.status, 422);
    assert.match(refused.html, /hours-wrong">An IANA time zone/);
    const kept = typed(refused.html);
    assert.equal(kept["steps.0.hours.time_zone"], "Atlantis/Capital");
    assert.equal(kept["steps.0.severities.info"], undefined);
    const none = await press(tab, NEW, {
      html: refused.html.replaceAll(
        / checked(?=>\s(Mon|Tue|Wed|Thu|Fri))/g,
        "",
      ),
      button: "save",
      fields: { "steps.0.hours.time_zone": "Europe/London" },
    });
    assert.match(none.html, /hours-wrong">Tick at least one day/);
    const badTime = await press(tab, NEW, {
      html: refused.html,
      button: "save",
      fields: {
        "steps.0.hours.time_zone": "Europe/London",
        "steps.0.hours.0.from": "nine",
      },
    });
    assert.match(badTime.html, /hours-wrong">A time of day/);
    const saved = await press(tab, NEW, {
      html: refused.html,
      button: "save",
      fields: {
        "steps.0.hours.time_zone": "Europe/London",
        "steps.0.hours.1.day6": "on",
        "steps.0.hours.1.from": "22:00",
        "steps.0.hours.1.to": "02:00",
      },
    });
    const id = Number(saved.path.split("/").at(-1));
    const policy = await store.policies.find(id);
    assert.deepEqual(policy?.steps, [{
      delayMinutes: 5,
      targets: [{ kind: "next_on_call", id: schedule.id }],
      roundRobin: true,
      severities: ["error", "critical"],
      businessHours: {
        timeZone: "Europe/London",
        mode: "during",
        windows: [
          ...[1, 2, 3, 4, 5].map((day) => ({
            fromDay: day,
            fromTime: "09:00",
            toDay: day,
            toTime: "17:00",
          })),
          { fromDay: 6, fromTime: "22:00", toDay: 7, toTime: "02:00" },
        ],
      },
    }]);
    assert.match(
      plainText(saved.html),
      /one of the next on call on Payments primary in turn \(only critical and error, Mon to Fri 09:00 to 17:00 and Sat 22:00 to 02:00 \(London\)\), 5.min/,
    );
    const edit = await tab.open(`${saved.path}/edit`);
    const again = await press(tab, `${saved.path}/edit`, {
      html: edit.html,
      button: "save",
    });
    assert.equal(again.path, saved.path);
    assert.deepEqual((await store.policies.find(id))?.steps, policy?.steps);
    assert.ok(people.admin);
  },
);

inHouse(
  "the dry run on the pages of a policy and of a source asks when and how bad, and says why steps are passed over",
  async (house) => {
    const people = await house.furnish();
    const { store } = house;
    const windows = [1, 2, 3, 4, 5].map((day) => ({
      fromDay: day,
      fromTime: "09:00",
      toDay: day,
      toTime: "17:00",
    }));
    await store.policies.update(1, {
      steps: [
        {
          ...PLAIN_STEP,
          businessHours: { timeZone: "UTC", mode: "during", windows },
          delayMinutes: 5,
          targets: [{ kind: "responder", id: people.admin }],
        },
        {
          ...PLAIN_STEP,
          roundRobin: true,
          severities: ["critical"],
          delayMinutes: 10,
          targets: [
            { kind: "responder", id: people.viewer },
            { kind: "responder", id: people.responder },
          ],
        },
      ],
    }, NOW_MS);
    const tab = await house.tabOf("viewer");
    for (const path of ["/escalation-policies/1", "/alert-sources/1"]) {
      const night = plainText((await tab.open(path)).html);
      assert.match(night, /Step 1 is passed over: it is outside its hours/);
      assert.match(
        night,
        /Step 2 pages Vera Vaughan by e-mail, whose turn is next; waits 10.min/,
      );
      assert.match(
        night,
        /\+10.min\s*Everything has been tried: pages the team's members, Maya Okafor by e-mail/,
      );
      const day = plainText(
        (await tab.open(`${path}?at=2026-11-24T12:00&severity=warning`)).html,
      );
      assert.match(
        day,
        /If it fired Tue 24 Nov 2026, 12:00:00 GMT\+1, warning/,
      );
      assert.match(day, /At first: Ada Adams by e-mail/);
      assert.match(day, /Step 2 is passed over: it is not for this severity/);
      const odd = await tab.open(`${path}?at=%3Cb&severity=%3Cb`);
      assert.match(odd.html, /id="f-at-wrong"/);
      assert.match(plainText(odd.html), /If it fired now/);
    }
    assert.deepEqual(await store.policies.turns(1), new Map());
  },
);

inHouse("steps and people stay within their limits", async (house) => {
  await house.furnish();
  const tab = await house.tabOf("admin");
  const { html } = await tab.open(NEW);
  const many: Record<string, string> = {};
  for (let step = 0; step < 30; step++) {
    many[`steps.${step}.delay_minutes`] = "5";
    many[`steps.${step}.targets.0`] = "team:1";
  }
  const shown = await press(tab, NEW, {
    html,
    button: "add-step",
    fields: many,
  });
  assert.equal(
    shown.html.match(/<fieldset class="step sheet" id="step-/g)?.length,
    20,
  );
  const odd = await press(tab, NEW, { html, button: "remove-step.99" });
  assert.equal(odd.html.match(/id="step-/g)?.length, 1);
});

inHouse(
  "the list says each policy in words and who would be paged now, at another time, and when nobody would",
  async (house) => {
    const people = await house.furnish();
    const { store } = house;
    const schedule = await store.schedules.insert({
      teamId: 1,
      name: "Payments primary",
      description: "",
      timeZone: "UTC",
    }, NOW_MS);
    await store.schedules.insertEntry({
      replacesResponderId: null,
      scheduleId: schedule.id,
      responderId: people.viewer,
      kind: "entry",
      startsAtMs: NOW_MS + 86_400_000,
      endsAtMs: NOW_MS + 2 * 86_400_000,
    }, NOW_MS);
    const policy = await store.policies.insert({
      teamId: 1,
      name: "By turns",
      description: "",
      steps: [
        {
          ...PLAIN_STEP,
          delayMinutes: 5,
          targets: [{ kind: "schedule", id: schedule.id }],
        },
        {
          ...PLAIN_STEP,
          delayMinutes: 10,
          targets: [{ kind: "responder", id: people.admin }],
        },
      ],
      repeatCount: 1,
      acknowledgementTimeoutMinutes: null,
      fallback: [],
    }, NOW_MS);
    const tab = await house.tabOf("viewer");
    const { html } = await tab.open("/escalation-policies");
    const words = plainText(html);
    assert.match(
      words,
      /Payments primary, 5.min, then Ada Adams, 10.min, then again once, then the team's members, failing that the admins\./,
    );
    assert.match(words, /If it fired now: Ada Adams by e-mail\./);
    const now = await tab.open(`/escalation-policies/${policy.id}`);
    assert.match(now.html, /Step 1 is skipped/);
    assert.match(
      plainText(now.html),
      /Everything has been tried: pages the team's members, Maya Okafor/,
    );
    const later = await tab.open(
      `/escalation-policies/${policy.id}?at=2026-11-24T12:00`,
    );
    assert.match(plainText(later.html), /At first: Vera Vaughan by e-mail/);
    const wrong = await tab.open(`/escalation-policies/${policy.id}?at=%3Cb`);
    assert.match(wrong.html, /id="f-at-wrong"/);
    assert.equal(
      (await store.incidents.list({}, { page: 1, pageSize: 1 })).total,
      0,
      "looking opens nothing",
    );
  },
);

function plainText(html: string): string {
  return html.replaceAll(/<[^>]*>/g, "").replaceAll("&#39;", "'");
}
