import assert from "node:assert/strict";
import { StoreUnavailableError } from "../../src/ports/store.ts";
import { changes, untilOpen } from "../sse.ts";
import { forEachStore } from "../stores.ts";
import { House, type Tab } from "./house.ts";

/** The stream that a page of this tab opens. */
function stream(tab: Tab): Promise<Response> {
  const { house, cookies } = tab;
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`);
  return Promise.resolve(house.pagerpal.fetch(
    new Request(`${house.origin}/events?seen=none`, {
      headers: { cookie: cookie.join("; "), accept: "text/event-stream" },
    }),
  ));
}

forEachStore(
  "a page that is open on one node hears of what happens on another",
  async (store, { openAnother }) => {
    const here = new House(store);
    const there = new House(await openAnother());
    try {
      await here.furnish();
      await here.pagerpal.start();
      await there.pagerpal.start();
      const seen = changes(await stream(await there.tabOf("responder")));
      await untilOpen(seen, 0);
      await here.alert({});
      await untilOpen(seen, 1);
      const tab = await here.tabOf("responder");
      await tab.open("/incidents/1");
      await tab.submit("/incidents/1/resolve");
      await untilOpen(seen, 0);
      there.pagerpal.closeStreams();
      assert.equal((await seen.next()).done, true);
    } finally {
      for (const house of [here, there]) {
        house.pagerpal.closeStreams();
        await house.pagerpal.stop();
      }
    }
  },
);

forEachStore(
  "an open page outlives a database that is away for a while",
  async (store) => {
    const house = new House(store);
    try {
      await house.furnish();
      const tab = await house.tabOf("responder");
      const { changeMarker } = store.overview;
      const seen = changes(await stream(tab));
      await untilOpen(seen, 0);
      store.overview.changeMarker = () =>
        Promise.reject(new StoreUnavailableError("It is away."));
      await house.alert({});
      store.overview.changeMarker = changeMarker;
      await house.alert({});
      await untilOpen(seen, 2);
    } finally {
      house.pagerpal.closeStreams();
      await house.pagerpal.stop();
    }
  },
  ["libSQL"],
);
