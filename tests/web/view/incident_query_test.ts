import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { SEVERITIES } from "../../../src/domain/intake/alert.ts";
import { cleanLine } from "../../../src/domain/text.ts";
import {
  filterOf,
  type IncidentQuery,
  listHref,
  readIncidentQuery,
  STATUS_CHOICES,
} from "../../../src/web/view/incidents/incident_query.ts";

const anyId = fc.oneof(fc.constant(""), fc.nat(999_999_999).map(String));
const anyDay = fc.oneof(
  fc.constant(""),
  fc.date({
    min: new Date("2000-01-01"),
    max: new Date("2099-12-31"),
    noInvalidDate: true,
  }).map((date) => date.toISOString().slice(0, 10)),
);
const anyQuery: fc.Arbitrary<IncidentQuery> = fc.record({
  status: fc.constantFrom(...STATUS_CHOICES),
  severity: fc.constantFrom("" as const, ...SEVERITIES),
  team: anyId,
  source: anyId,
  person: anyId,
  // As a query that was read holds it.
  q: fc.string({ maxLength: 50 }).map((text) => cleanLine(text, 50)),
  from: anyDay,
  to: anyDay,
  olderThan: fc.constant(null),
  newerThan: fc.constant(null),
}, { noNullPrototype: true });

Deno.test("a list's address says all that it shows: read again it asks for the same", () => {
  fc.assert(fc.property(anyQuery, (query) => {
    assert.deepEqual(read(listHref(query)), query);
  }));
});

Deno.test("a place in the list is in the address too", () => {
  const place = { openedAtMs: 1_795_400_043_000, id: 1842 };
  const query = read("/incidents?status=all");
  assert.deepEqual(read(listHref(query, { older: place })).olderThan, place);
  assert.deepEqual(read(listHref(query, { newer: place })).newerThan, place);
});

Deno.test("any address at all is a list", () => {
  fc.assert(fc.property(
    fc.dictionary(
      fc.constantFrom("status", "severity", "team", "from", "to", "older", "q"),
      fc.string(),
    ),
    (params) => {
      const query = readIncidentQuery(new URLSearchParams(params));
      filterOf(query, "Africa/Lagos");
    },
  ));
});

Deno.test("days begin and end where the viewer is", () => {
  const query = read("/incidents?from=2026-11-23&to=2026-11-23");
  const filter = filterOf(query, "Africa/Lagos");
  assert.equal(filter.openedFromMs, Date.UTC(2026, 10, 22, 23));
  assert.equal(filter.openedBeforeMs, Date.UTC(2026, 10, 23, 23));
});

function read(href: string): IncidentQuery {
  return readIncidentQuery(new URL(href, "http://localhost").searchParams);
}
