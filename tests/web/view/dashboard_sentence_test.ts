import assert from "node:assert/strict";
import {
  type DashboardFacts,
  dashboardSentence,
} from "../../../src/web/view/dashboard_sentence.ts";
import { plain } from "../../../src/web/view/words.ts";
import {
  aContactMethod,
  anIncident,
  MINUTE_MS,
  NOW_MS,
} from "../../domain/examples.ts";

const quiet: DashboardFacts = {
  waiting: 0,
  worked: 0,
  exhausted: 0,
  first: null,
  duties: [{
    scheduleId: 1,
    scheduleName: "Primary",
    teamName: "Payments",
    names: ["Maya Okafor"],
    initials: "MO",
    gap: false,
    until: "until Tue 09:00, then Jonas Lind",
  }],
  health: "Paging is healthy.",
  view: { nowMs: NOW_MS, timeZone: "UTC" },
};
const first = {
  incident: anIncident({ triggeredAtMs: NOW_MS - 2 * MINUTE_MS }),
  paged: ["Maya Okafor"],
  next: {
    atMs: NOW_MS + 228_000,
    pages: [{
      responderId: 2,
      name: "Idris Bello",
      contactMethod: aContactMethod(),
      dueAtMs: NOW_MS + 228_000,
      step: 1,
      round: 0,
    }],
  },
};

Deno.test("quiet says who is on call", () => {
  assert.deepEqual(said(quiet), [
    "Nothing is open.",
    "Maya Okafor is on call for Payments until Tue 09:00. Paging is healthy.",
  ]);
});

Deno.test("one that waits says who was paged and who is next", () => {
  assert.deepEqual(said({ ...quiet, waiting: 1, worked: 2, first }), [
    "One incident is waiting for an answer.",
    "Maya Okafor was paged 2 min ago; if nobody answers, it goes to Idris Bello in 3:48. Two more are being worked on. Paging is healthy.",
  ]);
});

Deno.test("of several that wait the most urgent is named", () => {
  const [headline, text] = said({ ...quiet, waiting: 12, first });
  assert.equal(headline, "12 incidents are waiting for an answer.");
  assert.match(
    text ?? "",
    /^The most urgent is Checkout API.*: Maya Okafor was paged/,
  );
});

Deno.test("what nobody answers is said as such", () => {
  const incident = anIncident({ exhaustedAtMs: NOW_MS });
  const [, text] = said({
    ...quiet,
    waiting: 1,
    first: { ...first, incident, next: null },
  });
  assert.match(
    text ?? "",
    /^Everybody was paged and nobody has answered\. Call somebody\./,
  );
});

Deno.test("of several that wait, how many nobody answered comes first", () => {
  const words = (exhausted: number) =>
    said({ ...quiet, waiting: 5, exhausted, first })[1] ?? "";
  assert.match(
    words(2),
    /^Nobody has answered two of them, and nothing more is planned for these: call somebody\. The most urgent is /,
  );
  assert.match(
    words(5),
    /^Nobody has answered any of them, and nothing more is planned: call somebody\. /,
  );
});

Deno.test("what is worked on alone is not alarming", () => {
  assert.deepEqual(said({ ...quiet, worked: 1 }), [
    "Nothing is waiting for an answer.",
    "One incident is being worked on. Paging is healthy.",
  ]);
});

function said(facts: DashboardFacts): string[] {
  const { headline, words } = dashboardSentence(facts);
  return [headline, plain(words)].map((text) => text.replaceAll("\u00A0", " "));
}
