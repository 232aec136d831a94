import assert from "node:assert/strict";
import { createLinkSigner } from "../../src/app/delivery/page_message.ts";
import { LINKS, sendBundle } from "../bundle.ts";
import { inEachHouse } from "./each_house.ts";
import { type House, NOW_MS } from "./house.ts";

async function send(house: House, responderId: number, incidentIds: number[]) {
  const { store } = house;
  return await sendBundle(store, { responderId, incidentIds, nowMs: NOW_MS });
}

async function statuses({ store }: House, ids: number[]): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => store.incidents.find(id)));
  return found.map((one) => one?.status ?? "gone");
}

/** The incidents with a button of their own. */
function buttons(html: string): number[] {
  return [...html.matchAll(/name="incident" value="(\d+)"/g)]
    .map(([, id]) => Number(id));
}

inEachHouse(
  "opening the link of a bundle changes nothing; a button is for its incident, the large one for all that are left",
  async (house, people) => {
    const title = `<img src=x onerror=alert(1)>`;
    const ids = [
      await house.alert({ title, severity: "info" }),
      await house.alert({ severity: "critical" }),
      await house.alert({ severity: "error" }),
    ];
    const [info = 0, critical = 0, error = 0] = ids;
    const other = await house.alert({});
    const link = await send(house, people.responder, ids);
    const tab = house.tab();
    const shown = await tab.open(link);
    assert.equal(shown.status, 200);
    // The address is a key: no other site is told more than the origin.
    assert.match(
      shown.headers.get("referrer-policy") ?? "",
      /^same-origin$/,
    );
    assert.deepEqual(buttons(shown.html), [critical, error, info]);
    assert.match(shown.html, /Acknowledge all 3 as <bdi>Maya Okafor/);
    assert.ok(!shown.html.includes(title));
    assert.deepEqual(
      await statuses(house, ids),
      ["triggered", "triggered", "triggered"],
    );

    const one = await tab.post(link, { incident: String(error) });
    assert.deepEqual(buttons(one.html), [critical, info]);
    assert.match(one.html, /2\sincidents are still waiting/);
    assert.deepEqual(
      await statuses(house, ids),
      ["triggered", "triggered", "acknowledged"],
    );
    await tab.post(link, { incident: String(other) });
    assert.deepEqual(await statuses(house, [other]), ["triggered"]);

    const all = await tab.post(link, {});
    assert.deepEqual(buttons(all.html), []);
    assert.match(all.html, /Somebody has answered all of them/);
    const [by] = await Promise.all(
      [critical].map((id) => house.store.incidents.find(id)),
    );
    assert.deepEqual(by?.acknowledgedBy, {
      kind: "responder",
      responderId: people.responder,
      name: "Maya Okafor",
      via: "link",
    });
    assert.deepEqual(
      await statuses(house, [...ids, other]),
      ["acknowledged", "acknowledged", "acknowledged", "triggered"],
    );
  },
);

inEachHouse(
  "an incident of a bundle that is resolved already stays so, and the others are acknowledged",
  async (house, people) => {
    const ids = [await house.alert({}), await house.alert({})];
    const [first = 0] = ids;
    const link = await send(house, people.responder, ids);
    const tab = house.tab();
    await tab.open(link);
    const admin = await house.tabOf("admin");
    await admin.open(`/incidents/${first}`);
    await admin.submit(`/incidents/${first}/resolve`);
    // The page was open before: its buttons are pressed all the same.
    await tab.post(link, { incident: String(first) });
    assert.deepEqual(await statuses(house, ids), ["resolved", "triggered"]);
    const shown = await tab.open(link);
    assert.match(shown.html, /Acknowledge it as/);
    await tab.post(link, {});
    assert.deepEqual(await statuses(house, ids), ["resolved", "acknowledged"]);
    const again = await tab.post(link, {});
    assert.equal(again.status, 200);
    assert.deepEqual(await statuses(house, ids), ["resolved", "acknowledged"]);
  },
);

inEachHouse(
  "a link that nobody signed, or with another key, opens and acknowledges nothing",
  async (house, people) => {
    const ids = [await house.alert({}), await house.alert({})];
    const link = await send(house, people.responder, ids);
    const id = LINKS.verifyBundle(link.slice("/a/".length)) ?? 0;
    const old = createLinkSigner("the key before this one");
    const tab = house.tab();
    for (
      const token of [
        old.signBundle(id),
        LINKS.signBundle(id + 1_000),
        LINKS.sign(id).replace("-", "."),
        `${link.slice("/a/".length)}x`,
        "1.aaaaaaaaaaaaaaaa",
      ]
    ) {
      assert.equal((await tab.open(`/a/${token}`)).status, 404, token);
      assert.equal((await tab.post(`/a/${token}`, {})).status, 404, token);
    }
    assert.deepEqual(await statuses(house, ids), ["triggered", "triggered"]);
  },
);

inEachHouse(
  "the first hundred of a large bundle are shown, the large button is for all of them",
  async (house, people) => {
    const { store } = house;
    const copy = await store.incidents.find(await house.alert({}));
    assert.ok(copy);
    const { id: first, version: _, ...rest } = copy;
    const ids = [first];
    for (let n = 1; n < 130; n++) {
      const one = await store.incidents
        .insert({ ...rest, externalId: `copy-${n}` });
      ids.push(one?.id ?? 0);
    }
    const link = await send(house, people.responder, ids);
    const tab = house.tab();
    const shown = await tab.open(link);
    assert.equal(buttons(shown.html).length, 100);
    assert.match(shown.html, /30 more are not shown here/);
    await tab.post(link, {});
    assert.ok(
      (await statuses(house, ids)).every((each) => each === "acknowledged"),
    );
  },
);
