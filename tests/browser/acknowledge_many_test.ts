import assert from "node:assert/strict";
import { sendBundle } from "../bundle.ts";
import { browserTest, EITHER, PHONE } from "./browser.ts";

browserTest(
  "the incidents of one message are acknowledged one by one and all together, without a login",
  { scripts: EITHER, viewport: PHONE },
  async ({ page, stage }) => {
    const { store, world } = stage;
    const { items } = await store.incidents.list(
      { statuses: ["triggered"] },
      { page: 1, pageSize: 3 },
    );
    const incidentIds = items.map(({ id }) => id);
    const maya = await store.responders.findByEmail("maya@example.com");
    assert.ok(maya && incidentIds.length === 3);
    const { id: responderId } = maya;
    const { nowMs } = world;
    await page.goto(
      await sendBundle(store, { responderId, incidentIds, nowMs }),
    );
    const all = page.getByRole("button", { name: "Acknowledge all 3 as" });
    const box = await all.boundingBox();
    assert.ok(box && box.height >= 44 && box.y + box.height <= PHONE.height);
    const [first = 0] = incidentIds;
    await page.getByRole("button", {
      name: `Acknowledge incident ${first}`,
      exact: true,
    }).click();
    await page.getByText("2 incidents are still waiting").waitFor();
    assert.equal((await store.incidents.find(first))?.status, "acknowledged");
    await page.getByRole("button", { name: "Acknowledge all 2 as" }).click();
    await page.getByText("Somebody has answered all of them").waitFor();
    for (const id of incidentIds) {
      const incident = await store.incidents.find(id);
      assert.equal(incident?.acknowledgedBy?.kind, "responder");
    }
  },
);
