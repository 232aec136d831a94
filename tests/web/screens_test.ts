import assert from "node:assert/strict";
import { inHouse, type Shown } from "./house.ts";

const SCRIPT = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
const SCREENS = ["/dashboard", "/incidents", "/incidents?status=all"];

inHouse("no screen is shown to a stranger", async (house) => {
  await house.furnish();
  const id = await house.alert({});
  for (const path of [...SCREENS, `/incidents/${id}`, "/events"]) {
    assert.match((await house.tab().open(path)).path, /^\/login/, path);
  }
});

inHouse(
  "what comes from outside is shown as text on every screen",
  async (house) => {
    await house.furnish();
    const id = await house.alert({
      title: SCRIPT,
      description: `${SCRIPT}\n${"x".repeat(5_000)}`,
      labels: { [`a${SCRIPT}`.slice(0, 50)]: SCRIPT },
      external_id: SCRIPT,
    });
    const tab = await house.tabOf("responder");
    await tab.open(`/incidents/${id}`);
    await tab.submit(`/incidents/${id}/notes`, { text: SCRIPT });
    for (
      const path of [
        ...SCREENS,
        `/incidents/${id}`,
        `/incidents?q=${encodeURIComponent(SCRIPT)}`,
      ]
    ) {
      const page = await tab.open(path);
      assert.equal(page.status, 200, path);
      assert.match(page.html, /&lt;script&gt;alert\(2\)/, path);
      isHarmless(page);
    }
  },
);

inHouse(
  "no page holds anything inline, and every page loads from our own origin only",
  async (house) => {
    await house.furnish();
    const id = await house.alert({});
    const tab = await house.tabOf("responder");
    for (
      const path of [
        ...SCREENS,
        `/incidents/${id}`,
        "/login",
        "/offline",
        "/nowhere",
      ]
    ) {
      isHarmless(await tab.open(path));
    }
  },
);

inHouse(
  "an incident is acknowledged, resolved and opened again by its buttons",
  async (house) => {
    await house.furnish();
    const id = await house.alert({});
    const tab = await house.tabOf("responder");
    const path = `/incidents/${id}`;
    assert.match((await tab.open(path)).html, /Waiting for an answer/);
    const acknowledged = await tab.submit(`${path}/acknowledge`);
    assert.match(acknowledged.html, /Incident \d+ is acknowledged\./);
    assert.match(acknowledged.html, /Acknowledged by <b><bdi>Maya Okafor/);
    assert.doesNotMatch(
      (await tab.open(path)).html,
      /is acknowledged\./,
      "is said once",
    );
    assert.match((await tab.submit(`${path}/resolve`)).html, /Resolved by/);
    assert.match((await tab.submit(`${path}/reopen`)).html, /Reopened by/);
  },
);

inHouse("what is refused is said on the incident's page", async (house) => {
  await house.furnish();
  const id = await house.alert({});
  const tab = await house.tabOf("responder");
  await tab.open(`/incidents/${id}`);
  const stale = tab.formFields(`/incidents/${id}/acknowledge`);
  await tab.submit(`/incidents/${id}/resolve`);
  const late = await tab.post(`/incidents/${id}/acknowledge`, stale);
  assert.equal(late.status, 409);
  assert.match(late.html, /Cannot acknowledge incident \d+: it is resolved/);
});

inHouse(
  "an incident is reassigned from its page, and the story says to whom",
  async (house) => {
    await house.furnish();
    const id = await house.alert({});
    const tab = await house.tabOf("responder");
    await tab.open(`/incidents/${id}`);
    const [person] = (await house.store.responders.list({}, {
      page: 1,
      pageSize: 200,
    })).items.filter(({ name }) => name.includes("Maya"));
    assert.ok(person);
    const { html } = await tab.submit(`/incidents/${id}/reassign`, {
      responder_id: String(person.id),
    });
    assert.match(html, /Reassigned to/);
  },
);

inHouse("a snooze comes back when it was asked to", async (house) => {
  await house.furnish();
  const id = await house.alert({});
  const tab = await house.tabOf("responder");
  await tab.open(`/incidents/${id}`);
  const snoozed = await tab.submit(`/incidents/${id}/snooze`, { until: "60" });
  assert.match(
    snoozed.html,
    /snoozed until 04:14/,
    "03:14 UTC is 04:14 in Lagos",
  );
  const incident = await house.store.incidents.find(id);
  assert.equal(incident?.snoozedUntilMs, house.nowMs + 3_600_000);
});

inHouse(
  "selected incidents are acknowledged together, and the list keeps its filter",
  async (house) => {
    await house.furnish();
    const ids = [
      await house.alert({}),
      await house.alert({}),
      await house.alert({}),
    ];
    const tab = await house.tabOf("responder");
    await tab.open("/incidents?severity=critical");
    const done = await tab.submit("/incidents/bulk", {
      id: ids.slice(0, 2).map(String),
      action: "acknowledge",
    });
    assert.equal(done.path, "/incidents?severity=critical");
    assert.match(done.html, /2\u00A0incidents acknowledged/);
    const statuses = await Promise.all(
      ids.map(async (id) => (await house.store.incidents.find(id))?.status),
    );
    assert.deepEqual(statuses, ["acknowledged", "acknowledged", "triggered"]);
  },
);

inHouse(
  "the list pages through all incidents, each once, in both directions",
  async (house) => {
    await house.furnish();
    for (let made = 0; made < 120; made++) {
      house.nowMs += made % 3 === 0 ? 1 : 0;
      await house.alert({ title: `Alert ${made}` });
    }
    const tab = await house.tabOf("viewer");
    const there: string[][] = [];
    let page = await tab.open("/incidents");
    for (;;) {
      there.push(titlesOf(page));
      const older = hrefOf(page, "next");
      if (older === null) break;
      page = await tab.open(older);
    }
    const all = there.flat();
    assert.deepEqual(
      all,
      Array.from({ length: 120 }, (_, at) => `Alert ${119 - at}`),
    );
    assert.equal(there.length, 3);
    const back: string[][] = [titlesOf(page)];
    for (;;) {
      const newer = hrefOf(page, "prev");
      if (newer === null) break;
      page = await tab.open(newer);
      back.unshift(titlesOf(page));
    }
    assert.deepEqual(back.flat(), all);
  },
);

inHouse(
  "the filter is in the address and finds by text, person and day",
  async (house) => {
    const people = await house.furnish();
    await house.alert({ title: "Disk 100% full", severity: "warning" });
    await house.alert({ title: "Disk 100 full", severity: "critical" });
    const tab = await house.tabOf("viewer");
    const titles = async (query: string) =>
      titlesOf(await tab.open(`/incidents?${query}`));
    assert.deepEqual(await titles("q=100%25"), ["Disk 100% full"]);
    assert.deepEqual(await titles("severity=critical"), ["Disk 100 full"]);
    assert.equal((await titles(`person=${people.responder}`)).length, 2);
    assert.deepEqual(await titles(`person=${people.viewer}`), []);
    assert.equal((await titles("from=2026-11-23&to=2026-11-23")).length, 2);
    assert.deepEqual(await titles("to=2026-11-22"), []);
    assert.deepEqual(await titles("status=resolved"), []);
    assert.equal(
      (await titles("status=nonsense&team=x&from=tomorrow")).length,
      2,
    );
  },
);

inHouse(
  "the page behind a link acknowledges by its button only",
  async (house) => {
    await house.furnish();
    const id = await house.alert({ title: SCRIPT });
    const { createLinkSigner } = await import(
      "../../src/app/delivery/page_message.ts"
    );
    const { readConfig } = await import("../../src/config.ts");
    const secret = readConfig({ ENVIRONMENT: "test" }, () => "").secretKey;
    const [page] = await house.store.notifications.listByIncident(id);
    const link = `/a/${createLinkSigner(secret).sign(page?.id ?? 0)}`;
    const tab = house.tab();
    const shown = await tab.open(link);
    isHarmless(shown);
    assert.equal((await house.store.incidents.find(id))?.status, "triggered");
    const done = await tab.post(link, {});
    assert.match(done.html, /Acknowledged by <b><bdi>Maya Okafor/);
    assert.equal((await tab.open("/a/1-aaaaaaaaaaaaaaaa")).status, 404);
  },
);

inHouse(
  "an error is a page with the request id for people, and a document for programs",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("viewer");
    const missing = await tab.open("/incidents/999999", {
      "x-request-id": "req-1",
    });
    assert.equal(missing.status, 404);
    assert.match(missing.html, /req-1/);
    const response = await house.pagerpal.fetch(
      new Request(`${house.origin}/api/v1/nowhere`, {
        headers: { accept: "text/html" },
      }),
    );
    assert.match(response.headers.get("content-type") ?? "", /problem\+json/);
    await response.body?.cancel();
  },
);

inHouse(
  "assets keep for ever under their own address, and only there",
  async (house) => {
    const { html } = await house.tab().open("/setup");
    const urls = [...html.matchAll(/"(\/assets\/[^"#]+)/g)].map((
      [, url = ""],
    ) => url);
    assert.ok(urls.length >= 5);
    let bytes = 0;
    for (const url of new Set(urls)) {
      const response = await house.pagerpal.fetch(
        new Request(house.origin + url),
      );
      const body = await response.bytes();
      assert.equal(response.status, 200, url);
      assert.match(response.headers.get("cache-control") ?? "", /immutable/);
      if (!url.endsWith("woff2")) bytes += (await gzip(body)).length;
      else assert.ok(body.length < 40_000, "the typeface is below 40 KB");
    }
    assert.ok(bytes < 60_000, `${bytes} bytes before the page itself`);
    const old = await house.pagerpal.fetch(
      new Request(`${house.origin}/assets/another/pagerpal.css`),
    );
    assert.match(old.headers.get("cache-control") ?? "", /no-cache/);
    await old.body?.cancel();
  },
);

inHouse(
  "a page learns of a change within its stream, also of one that came before the stream",
  async (house) => {
    await house.furnish();
    const tab = await house.tabOf("viewer");
    const { html } = await tab.open("/dashboard");
    const live = /data-live="([^"]+)"/.exec(html)?.[1] ?? "";
    await house.alert({});
    const cookie = [...tab.cookies].map((pair) => pair.join("=")).join("; ");
    const response = await house.pagerpal.fetch(
      new Request(house.origin + live, { headers: { cookie } }),
    );
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.ok(response.body);
    const reader = response.body.pipeThrough(new TextDecoderStream())
      .getReader();
    assert.match(
      (await reader.read()).value ?? "",
      /event: changed\ndata: {"open":1}/,
    );
    await house.alert({});
    assert.match(
      (await reader.read()).value ?? "",
      /event: changed\ndata: {"open":2}/,
    );
    house.pagerpal.closeStreams();
    assert.equal((await reader.read()).done, true);
  },
);

function titlesOf({ html }: Shown): string[] {
  return [...html.matchAll(/<a class="t"[^>]*><bdi>([^<]*)/g)]
    .map(([, title = ""]) => title);
}

function hrefOf({ html }: Shown, rel: string): string | null {
  const href = new RegExp(`href="([^"]+)" rel="${rel}"`).exec(html)?.[1];
  return href?.replaceAll("&amp;", "&") ?? null;
}

/** What a strict policy would block, or what a text from outside could have become. */
function isHarmless({ html, path, headers }: Shown): void {
  assert.doesNotMatch(html, /<script>|<script(?![^>]*src=)[^>]*>/, path);
  const bare = html.replaceAll(/="[^"]*"/g, '=""');
  assert.doesNotMatch(bare, /<[^>]+\son\w+\s*=/, path);
  assert.doesNotMatch(bare, /<[^>]+\sstyle\s*=/, path);
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\/(?!runbooks)/, path);
  assert.doesNotMatch(html, /<img/, path);
  assert.doesNotMatch(html, /undefined|\[object/, path);
  assert.doesNotMatch(
    headers.get("content-security-policy") ?? "unsafe",
    /unsafe/,
    path,
  );
}

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}
