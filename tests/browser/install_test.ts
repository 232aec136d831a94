import assert from "node:assert/strict";
import type { BrowserContext, Page } from "npm:playwright-core@1.65.1";
import { browserTest, eventually } from "./browser.ts";

/** Bytes over the wire, without the typeface. */
const BUDGET_BYTES = 60 * 1024;

browserTest(
  "without a connection the offline page says so, and leads back",
  { as: "responder", offline: true },
  async ({ page, context }) => {
    await page.goto("/dashboard");
    await eventually(
      "the service worker has the page",
      () => page.evaluate("navigator.serviceWorker.controller !== null"),
    );
    await context.setOffline(true);
    await page.goto("/incidents");
    await page.getByRole("heading", { name: "No connection to PagerPal" })
      .waitFor();
    await context.setOffline(false);
    await page.getByRole("link", { name: "Try again" }).click();
    await page.getByRole("heading", { name: "Open incidents" }).waitFor();
  },
);

browserTest(
  "PagerPal can be installed: every icon of the manifest is there",
  { as: "viewer" },
  async ({ page, stage }) => {
    await page.goto("/dashboard");
    const manifest = await page.evaluate<{ icons: { src: string }[] }>(
      "fetch(document.querySelector('link[rel=manifest]').href).then((r) => r.json())",
    );
    assert.ok(manifest.icons.length >= 3);
    for (const { src } of manifest.icons) {
      const { status, body } = await stage.world.request(src);
      assert.equal(status, 200);
      assert.ok(body.length > 100);
    }
  },
);

interface Loaded {
  url: string;
  initiator: string;
  bytes: number;
}

/** Promises what the page loads over the wire, from now on. */
async function weigh(
  context: BrowserContext,
  page: Page,
): Promise<Map<string, Loaded>> {
  const loaded = new Map<string, Loaded>();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  session.on(
    "Network.requestWillBeSent",
    ({ requestId, request, initiator }) =>
      loaded.set(requestId, {
        url: request.url,
        initiator: initiator.type,
        bytes: 0,
      }),
  );
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const one = loaded.get(requestId);
    if (one) one.bytes = encodedDataLength;
  });
  return loaded;
}

for (const path of ["/dashboard", "/incidents", "incident"]) {
  browserTest(
    `the first view of ${path} weighs less than 60 KB, and takes one round of requests`,
    { as: "admin" },
    async ({ page, context, stage }) => {
      const loaded = await weigh(context, page);
      const { id } = await stage.incident("Card payments");
      await page.goto(path === "incident" ? `/incidents/${id}` : path, {
        waitUntil: "load",
      });
      const all = [...loaded.values()].filter(({ url }) =>
        !url.includes("/events")
      );
      const light = all.filter(({ url }) => !url.endsWith(".woff2"));
      const bytes = light.reduce((sum, one) => sum + one.bytes, 0);
      console.log(
        `${path}: ${bytes} bytes in ${light.length} requests\n${
          light.map((one) =>
            `  ${one.bytes} ${new URL(one.url).pathname} (${one.initiator})`
          ).join("\n")
        }`,
      );
      assert.ok(light.length >= 4, "too little was seen");
      assert.ok(bytes > 10_000 && bytes < BUDGET_BYTES, `${bytes} bytes`);
      // What a style or a script asks for comes a round later.
      const late = all.filter(({ url, initiator }) =>
        url.includes("/assets/") && initiator !== "parser"
      );
      assert.deepEqual(late, []);
    },
  );
}
