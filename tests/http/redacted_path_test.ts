import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { redactedPath } from "../../src/http/redacted_path.ts";

const KEY = "ppAb12Cd34abcdefghijklmnopqrstuv";

Deno.test("a key in the path of an intake route does not reach the log", () => {
  assert.equal(
    redactedPath(`/api/v1/webhooks/grafana/${KEY}`),
    "/api/v1/webhooks/grafana/[redacted]",
  );
  assert.equal(
    redactedPath("/api/v1/alerts/short"),
    "/api/v1/alerts/[redacted]",
  );
  assert.equal(
    redactedPath("/api/v1/notifications/infobip/receipts/t"),
    "/api/v1/notifications/infobip/receipts/[redacted]",
  );
});

Deno.test("a key at a wrong address, in the query or in the userinfo does not reach the log", () => {
  for (
    const path of [
      `/api/v1/webhook/grafana/${KEY}`,
      `/${KEY}`,
      `/x?api_key=${KEY}`,
      `/x#${KEY}`,
      `//user:${KEY}@host/x`,
      `/API/V1/ALERTS/${KEY}/`,
    ]
  ) {
    assert.ok(!redactedPath(path).includes(KEY), path);
  }
});

Deno.test("the token of an acknowledge link does not reach the log", () => {
  assert.equal(redactedPath("/a/1-AbcdefghijklmnoP"), "/a/[redacted]");
});

Deno.test("the token of a calendar feed does not reach the log, whole or cut", () => {
  for (const token of [`ppc_${"A".repeat(40)}.ics`, "ppc_Ab12", "x.ics"]) {
    assert.equal(redactedPath(`/ical/${token}`), "/ical/[redacted]");
  }
});

Deno.test("paths of the API stay readable", () => {
  for (
    const path of [
      "/api/v1/incidents/12/acknowledge",
      "/api/v1/alert-sources/7/approve-sns-subscription",
      "/api/v1/alerts",
      "/health/ready",
    ]
  ) {
    assert.equal(redactedPath(path), path);
  }
});

Deno.test("whatever surrounds it, a key is never in a redacted path", () => {
  const segment = fc.stringMatching(/^[a-zA-Z0-9%._:@-]{0,30}$/);
  fc.assert(fc.property(
    fc.array(segment, { maxLength: 5 }),
    fc.array(segment, { maxLength: 3 }),
    (before, after) => {
      const path = "/" + [...before, KEY, ...after].join("/");
      assert.ok(!redactedPath(path).includes(KEY));
    },
  ));
});
