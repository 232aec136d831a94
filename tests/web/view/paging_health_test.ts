import assert from "node:assert/strict";
import {
  type HealthInput,
  pagingHealth,
} from "../../../src/web/view/paging_health.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 2, 14);
const run = {
  node: "node-1",
  startedAtMs: NOW_MS - 12_000,
  durationMs: 3,
  outcome: "ok",
  message: "",
  runs: 1,
  failures: 0,
} as const;
const well: HealthInput = {
  nowMs: NOW_MS,
  sendingEnabled: true,
  jobs: [
    { name: "notification_retry", enabled: true },
    { name: "escalation", enabled: true },
    { name: "self_audit", enabled: true },
  ],
  runs: ["notification_retry", "escalation", "self_audit"]
    .map((name) => ({ ...run, name })),
  pages: [{ state: "delivered", count: 40 }, { state: "sent", count: 1 }],
  lastSent: {
    dueAtMs: NOW_MS - 10_000,
    sentAtMs: NOW_MS - 9_600,
    deliveredAtMs: NOW_MS - 6_600,
  },
  unreachable: [],
};

Deno.test("healthy says how fast the last page was", () => {
  const health = pagingHealth(well);
  assert.equal(health.healthy, true);
  assert.equal(
    plain(health.sentence),
    "Paging is healthy: the last page took 0.4 s to leave and 3 s to be delivered.",
  );
  assert.equal(
    plain(health.facts[0]?.text ?? ""),
    "on, 41 pages today, none failed",
  );
});

Deno.test("each thing that keeps pages from arriving is said, the worst first", () => {
  const wrong: [Partial<HealthInput>, RegExp][] = [
    [
      { sendingEnabled: false, pages: [{ state: "suppressed", count: 3 }] },
      /^Sending: switched off, nobody is paged; 3 pages not sent today/,
    ],
    [
      { pages: [{ state: "failed", count: 2 }, { state: "sent", count: 5 }] },
      /^Sending: 2 of 7 pages today failed/,
    ],
    [
      { unreachable: ["Idris Bello"] },
      /^Reach: Idris Bello is on call and cannot be reached/,
    ],
    [{
      runs: well.runs.map((one) => ({ ...one, startedAtMs: NOW_MS - 300_000 })),
    }, /^Retries: late, the last run was 5 min ago/],
    [{
      runs: well.runs.map((one) => ({
        ...one,
        outcome: "failed",
        message: "disk full",
      })),
    }, /^Retries: failed 12 s ago: disk full/],
    [{ runs: [], jobs: [] }, /^Retries: switched off on this node/],
  ];
  for (const [patch, sentence] of wrong) {
    const health = pagingHealth({ ...well, ...patch });
    assert.equal(health.healthy, false);
    assert.match(plain(health.sentence), sentence);
  }
});

Deno.test("a worker that another node runs is well, and one that has just started is not accused", () => {
  assert.equal(pagingHealth({ ...well, jobs: [] }).healthy, true);
  assert.equal(pagingHealth({ ...well, runs: [] }).healthy, true);
});

function plain(text: string): string {
  return text.replaceAll("\u00A0", " ");
}
