import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { DEFAULT_SOURCE_SETTINGS } from "../../../src/domain/intake/alert_source.ts";
import {
  decide,
  type DedupMemory,
  recoveredUpTo,
} from "../../../src/domain/intake/dedup.ts";
import type { Alert } from "../../../src/domain/intake/alert.ts";
import { anAlert, anIncident, MINUTE_MS, NOW_MS } from "../examples.ts";

const NOTHING: DedupMemory = {
  open: null,
  lastResolved: null,
  recoveredStartsAtMs: null,
};
const START_MS = NOW_MS - 10 * MINUTE_MS;

function decideNow(
  alert: Partial<Alert>,
  memory: Partial<DedupMemory> = {},
  nowMs = NOW_MS,
) {
  return decide(anAlert(alert), { ...NOTHING, ...memory }, {
    settings: DEFAULT_SOURCE_SETTINGS,
    nowMs,
  });
}

function resolvedByPerson(patch = {}) {
  return anIncident({
    status: "resolved",
    resolvedBy: "person",
    resolvedAtMs: NOW_MS,
    startsAtMs: START_MS,
    latestStartsAtMs: START_MS,
    ...patch,
  });
}

Deno.test("a firing with nothing open opens", () => {
  assert.deepEqual(decideNow({}), { kind: "open" });
});

Deno.test("a firing on an open incident counts, whatever start it names", () => {
  const open = anIncident({ startsAtMs: START_MS, latestStartsAtMs: START_MS });
  for (const startsAtMs of [null, START_MS, START_MS - 5_000, NOW_MS]) {
    const decision = decideNow({ startsAtMs }, {
      open,
      recoveredStartsAtMs: NOW_MS,
    });
    assert.deepEqual(decision, {
      kind: "repeat",
      incident: open,
      raised: false,
    });
  }
});

Deno.test("only a worse severity raises", () => {
  const open = anIncident({ severity: "error" });
  const raised = (severity: Alert["severity"]) => {
    const decision = decideNow({ severity }, { open });
    return decision.kind === "repeat" && decision.raised;
  };
  assert.deepEqual(
    (["info", "warning", "error", "critical"] as const).map(raised),
    [false, false, false, true],
  );
});

Deno.test("a firing that is not newer than the source's last recovery is stale, a newer one opens", () => {
  const memory = { recoveredStartsAtMs: START_MS };
  for (const startsAtMs of [START_MS, START_MS - 1]) {
    const decision = decideNow({ startsAtMs }, memory);
    assert.deepEqual(decision, {
      kind: "note",
      incident: null,
      reason: "stale",
    });
  }
  assert.equal(decideNow({ startsAtMs: START_MS + 1 }, memory).kind, "open");
  assert.equal(decideNow({ startsAtMs: null }, memory).kind, "open");
});

Deno.test("an alert that keeps firing after a person resolved it is noted for the cool-down, then comes back once", () => {
  const alert = { startsAtMs: START_MS };
  const lastResolved = resolvedByPerson();
  const early = decideNow(alert, { lastResolved }, NOW_MS + 10 * MINUTE_MS - 1);
  assert.deepEqual(early, {
    kind: "note",
    incident: lastResolved,
    reason: "still_firing",
  });
  const late = decideNow(alert, { lastResolved }, NOW_MS + 10 * MINUTE_MS);
  assert.deepEqual(late, { kind: "reopen", incident: lastResolved });
  const again = decideNow(
    alert,
    { lastResolved: resolvedByPerson({ refired: true }) },
    NOW_MS + 60 * MINUTE_MS,
  );
  assert.equal(again.kind, "note");
});

Deno.test("a new episode after a person resolved the old one opens at once", () => {
  const lastResolved = resolvedByPerson();
  assert.equal(
    decideNow({ startsAtMs: START_MS + 1 }, { lastResolved }).kind,
    "open",
  );
});

Deno.test("a sender that names no start is taken at its word after a resolve", () => {
  assert.equal(
    decideNow({}, { lastResolved: resolvedByPerson() }).kind,
    "open",
  );
});

Deno.test("a recovery resolves what is open, and is noted when nothing is", () => {
  const open = anIncident({ startsAtMs: START_MS });
  const recovery = { kind: "resolved", startsAtMs: START_MS } as const;
  assert.deepEqual(decideNow(recovery, { open }), {
    kind: "recover",
    incident: open,
  });
  assert.deepEqual(decideNow({ ...recovery, startsAtMs: null }, { open }), {
    kind: "recover",
    incident: open,
  });
  assert.deepEqual(decideNow(recovery), {
    kind: "note",
    incident: null,
    reason: "nothing_open",
  });
});

Deno.test("a late recovery of an older episode does not close the newer one", () => {
  const open = anIncident({ startsAtMs: START_MS });
  const decision = decideNow({ kind: "resolved", startsAtMs: START_MS - 1 }, {
    open,
  });
  assert.deepEqual(decision, {
    kind: "note",
    incident: open,
    reason: "older_episode",
  });
});

Deno.test("a note never opens or closes", () => {
  assert.equal(decideNow({ kind: "note" }).kind, "note");
  assert.equal(
    decideNow({ kind: "note" }, { open: anIncident() }).kind,
    "note",
  );
});

Deno.test("a recovery covers the latest start that any replica has named", () => {
  const open = anIncident({ latestStartsAtMs: START_MS + 2_000 });
  assert.equal(
    recoveredUpTo(anAlert({ startsAtMs: START_MS }), open),
    START_MS + 2_000,
  );
  assert.equal(
    recoveredUpTo(anAlert({ startsAtMs: START_MS }), null),
    START_MS,
  );
  assert.equal(recoveredUpTo(anAlert(), null), null);
});

Deno.test("property: however often and in whatever order replicas repeat one episode, it opens at most once", () => {
  const skew = fc.integer({ min: 0, max: 2_000 });
  const message = fc.record({
    kind: fc.constantFrom("firing", "resolved"),
    skew,
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
      let memory = NOTHING;
      let opened = 0;
      for (const { kind, skew } of messages) {
        // Every replica's start lies within the skew; the recovery names the latest.
        const startsAtMs = START_MS + (kind === "resolved" ? 2_000 : skew);
        const alert = anAlert({ kind, startsAtMs });
        const decision = decideNow(alert, memory);
        if (kind === "resolved") {
          memory = {
            ...memory,
            recoveredStartsAtMs: recoveredUpTo(alert, memory.open),
          };
        }
        if (decision.kind === "open") {
          opened++;
          memory = {
            ...memory,
            open: anIncident({ startsAtMs, latestStartsAtMs: startsAtMs }),
          };
        }
        if (decision.kind === "recover") memory = { ...memory, open: null };
      }
      assert.ok(opened <= 1);
    }),
    { numRuns: 2_000 },
  );
});
