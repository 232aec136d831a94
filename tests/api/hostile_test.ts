/** Whatever is sent to whatever route, it is refused in words or done, and never an error of ours. */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { isRole } from "../../src/http/auth/access.ts";
import { forEachStore } from "../stores.ts";
import { type Asked, Desk, post } from "./desk.ts";

const TEXTS = [
  "",
  "\u0000",
  "' OR 1=1 --",
  "%",
  "\ud800",
  "9007199254740993",
  "-1",
  "1e400",
  "2026-02-30T00:00:00Z",
  "Infinity",
  "x".repeat(3_000),
];
const NAMES = [
  "id",
  "name",
  "email",
  "team_id",
  "steps",
  "targets",
  "settings",
  "responder_id",
  "responder_ids",
  "rules",
  "starts_at",
  "ends_at",
  "until",
  "minutes",
  "text",
  "channel",
  "address",
  "password",
  "role",
  "enabled",
  "kind",
  "__proto__",
  "constructor",
  "toString",
];

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(...TEXTS, null, true, 0, -1, 1.5, 1e300, 2 ** 53),
    fc.constantFrom("sms", "viewer", "responder", "generic", "entry"),
    fc.integer({ min: 1, max: 5 }),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie("any"), { maxKeys: 6 }),
  ),
})).any;

forEachStore("no JSON, query or id makes any route fail", async (store) => {
  const desk = await Desk.open(store);
  const { key } = await desk.source();
  const alert = { title: "Disk full", external_id: "disk-1" };
  await desk.ask("/api/v1/alerts", post(alert, { "x-api-key": key }));
  const admin = desk.as("admin");
  const routes = desk.routes.declared.filter(({ access, path }) =>
    // Deleting or disabling the one who asks would end the walk.
    isRole(access) && !path.endsWith("/account")
  );
  const query = fc.dictionary(
    fc.constantFrom("page", "page_size", "status", "team_id", "at", "from")
      .chain((a) => fc.constantFrom(a, "to", "text", "after", "object_kind")),
    fc.constantFrom(...TEXTS),
    { maxKeys: 3 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.constantFrom("1", "2", "4711", "9007199254740991", "0", "%00", "a"),
      value,
      query,
      async ({ method, path }, id, json, query) => {
        const search = new URLSearchParams(
          Object.entries(query).map(([name, text]) => [
            name,
            text.toWellFormed(),
          ]),
        );
        const asked: Asked = { method: method.toUpperCase() };
        if (["post", "put", "patch"].includes(method)) asked.json = json;
        const address = path.replaceAll(/\{\w+\}/g, id);
        const answer = await admin(`${address}?${search}`, asked);
        const where = `${method} ${address}?${search} ${JSON.stringify(json)}`;
        assert.ok(answer.status < 500, `${answer.status} ${where}`);
      },
    ),
    { numRuns: 600 },
  );
});

forEachStore("no bytes make an intake route fail", async (store) => {
  const desk = await Desk.open(store);
  for (const kind of ["generic", "grafana", "alertmanager", "cloudwatch"]) {
    const { key } = await desk.source(kind);
    const path = kind === "generic" ? "alerts" : `webhooks/${kind}`;
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((b) => new Uint8Array(b)),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.dictionary(
        fc.constantFrom("alerts", "status", "title", "labels", "startsAt"),
        fc.jsonValue(),
      ).map((json) => new TextEncoder().encode(JSON.stringify(json))),
    );
    await fc.assert(
      fc.asyncProperty(body, async (body) => {
        const answer = await desk.ask(`/api/v1/${path}/${key}`, {
          method: "POST",
          body,
        });
        assert.ok(answer.status < 500, `${kind} ${answer.status}`);
      }),
      { numRuns: 60 },
    );
  }
});
