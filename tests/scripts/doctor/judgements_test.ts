import { deepEqual, equal, match } from "node:assert/strict";
import { backupLine } from "../../../scripts/doctor/backups.ts";
import { answerLines } from "../../../scripts/doctor/base_url.ts";
import type { Line } from "../../../scripts/doctor/check.ts";
import { clockLines } from "../../../scripts/doctor/clocks.ts";
import { findingLines } from "../../../scripts/doctor/on_call.ts";
import { isOpen } from "../../../scripts/doctor/settings.ts";
import { damageLines, diskLine } from "../../../scripts/doctor/storage.ts";
import { sizeWords } from "../../../scripts/doctor/words.ts";
import { jobLines, nodeLines } from "../../../scripts/doctor/workers.ts";
import type { Finding } from "../../../src/domain/readiness/finding.ts";
import type { Node } from "../../../src/domain/system/node.ts";
import type { JobRun } from "../../../src/ports/system_repositories.ts";
import type {
  Damage,
  Fault,
} from "../../../src/store/whole_database/damage.ts";
import { VERSION } from "../../../src/version.ts";
import { node, NOW } from "./nodes.ts";

const MINUTE = 60_000;

function run(name: string, given: Partial<JobRun> = {}): JobRun {
  return {
    name,
    node: "web-1-a",
    startedAtMs: NOW - 30_000,
    durationMs: 12,
    outcome: "ok",
    message: "",
    runs: 9,
    failures: 0,
    ...given,
  };
}

const RUNS = ["notification_retry", "notices", "self_audit", "escalation"]
  .map((name) => run(name));

function said(lines: readonly Line[]): string[] {
  return lines.map(({ grade, message }) => `${grade}: ${message}`);
}

for (
  const [name, nodes, wanted] of [
    ["none at all", [], [/^fail: No node is running/]],
    ["one that does well", [node()], [/^ok: 1.node is running: web-1-a/]],
    [
      "one that stopped in order",
      [node({ phase: "stopped" })],
      [/^fail: No node is running/],
    ],
    [
      "one that is not heard of",
      [node({ lastSeenAtMs: NOW - 2 * MINUTE })],
      [/^fail: No node is running/, /^warn: web-1-a .*stopped answering/],
    ],
    [
      "one that stands back",
      [node(), node({ name: "web-2-b", phase: "standing_back" })],
      [/^fail: web-2-b .*cannot work on the database/, /^ok: /],
    ],
    [
      "of another version",
      [node(), node({ name: "web-2-b", version: "1.9.0" })],
      [/^ok: 2.nodes/, /^warn: web-2-b \(1\.9\.0\) runs another version/],
    ],
    [
      "that take alerts only",
      [node({ delivers: false, escalates: false })],
      [/^ok/, /^fail: No node escalates/, /^fail: No node sends again/],
    ],
  ] satisfies [string, Node[], RegExp[]][]
) {
  Deno.test(`nodes: ${name}`, () => {
    const lines = said(nodeLines(nodes, NOW));
    equal(lines.length, wanted.length, lines.join("\n"));
    wanted.forEach((one, index) => match(lines[index] ?? "", one));
  });
}

Deno.test("jobs that run every minute have run, or are named with what went wrong", () => {
  const nodes = [node()];
  const judge = (runs: JobRun[]) => said(jobLines(runs, { nodes, nowMs: NOW }));
  equal(judge(RUNS).length, 1);
  match(judge(RUNS).join(), /^ok: /);
  match(judge(RUNS.slice(1)).join(), /^fail: .*notification_retry.* at all/);
  const late = run("escalation", { startedAtMs: NOW - 5 * MINUTE });
  match(
    judge([...RUNS.slice(0, 3), late]).join(),
    /^fail: The job escalation has not run for 5.min/,
  );
  const failed = run("escalation", {
    node: "web-2-b",
    startedAtMs: NOW - 10_000,
    outcome: "failed",
    message: "no such column",
  });
  match(judge([...RUNS, failed]).join(), /^fail: .*failed.*no such column$/);
  match(
    judge([...RUNS, { ...failed, startedAtMs: NOW - 50_000 }]).join(),
    /^ok/,
    "another node has done it since",
  );
});

Deno.test("jobs of a node that has just started are not missed", () => {
  const nodes = [node({ startedAtMs: NOW - MINUTE })];
  deepEqual(jobLines([], { nodes, nowMs: NOW }), []);
});

Deno.test("clocks may be a second apart, and fail where leases would no longer hold", () => {
  deepEqual(said(clockLines("it", 900)), []);
  deepEqual(said(clockLines("it", -90_000)), []);
  match(said(clockLines("it", 1_500)).join(), /^warn: .* 1.s apart/);
  match(said(clockLines("it", 5_000)).join(), /^fail: .* 5.s apart/);
});

for (
  const [sizeBytes, freeBytes, filesLeft, grade] of [
    [34e6, 70e9, 1e6, "ok"],
    [34e6, 70e9, 3, "fail"],
    [34e6, 900e6, 1e6, "warn"],
    [34e6, 90e6, 1e6, "fail"],
    [80e9, 70e9, 1e6, "warn"],
    [34e6, 70e9, Infinity, "ok"],
  ] as const
) {
  Deno.test(`a disk with ${freeBytes} bytes and ${filesLeft} files beside ${sizeBytes}: ${grade}`, () => {
    equal(diskLine({ sizeBytes, freeBytes, filesLeft }).grade, grade);
  });
}

for (
  const [bytes, words] of [
    [0, "0 byte"],
    [999, "999 byte"],
    [606_208, "606 kB"],
    [1_234_567, "1.2 MB"],
    [70e9, "70 GB"],
    [5e15, "5,000 TB"],
  ] as const
) {
  Deno.test(`${bytes} bytes are "${words}"`, () => {
    equal(sizeWords(bytes), words);
  });
}

const OURS = JSON.stringify({
  status: "ok",
  service: "pagerpal",
  version: VERSION,
});

for (
  const [name, url, status, text, wanted] of [
    ["ours", "https://p.example.com", 200, OURS, ["ok"]],
    ["on this machine", "http://localhost:8000", 200, OURS, ["ok"]],
    ["in the open", "http://p.example.com", 200, OURS, ["ok", "warn"]],
    [
      "of another version",
      "https://p.example.com",
      200,
      OURS.replace(VERSION, "1.9.0"),
      ["warn"],
    ],
    ["a login page", "https://p.example.com", 200, "<html>", ["fail"]],
    ["a gateway", "https://p.example.com", 502, "", ["fail"]],
    ["a redirect", "https://p.example.com", 301, "", ["fail"]],
    ["another service", "https://p.example.com", 200, "{}", ["fail"]],
  ] as const
) {
  Deno.test(`at the address answers: ${name}`, () => {
    const lines = answerLines(url, { status, text });
    deepEqual(lines.map(({ grade }) => grade), wanted);
  });
}

function gap(given: Partial<Finding>): Finding {
  const finding = {
    code: "schedule_unused",
    gravity: "will_fail",
    subject: { kind: "schedule", id: 1, name: "Payments" },
    atMs: NOW,
    ...given,
  };
  return finding as Finding;
}

Deno.test("what fails now is a failure, what may fail or is to come a warning, what is worth knowing is not said", () => {
  const telling = { timeZone: "UTC", fromMs: NOW, toMs: NOW + 1 };
  const grades = (findings: Finding[]) =>
    findingLines(findings, telling).map(({ grade }) => grade);
  deepEqual(grades([]), ["ok"]);
  deepEqual(grades([gap({ gravity: "worth_knowing" })]), ["ok"]);
  deepEqual(grades([gap({})]), ["fail"]);
  deepEqual(grades([gap({ atMs: NOW + 1 })]), ["warn"]);
  deepEqual(grades([gap({ gravity: "may_fail" })]), ["warn"]);
  const many = Array.from({ length: 30 }, () => gap({}));
  const lines = findingLines(many, telling);
  equal(lines.length, 9);
  match(lines.at(-1)?.message ?? "", /^22.more findings\.$/);
});

Deno.test("a backup of the last night is well; an older one, or none, is warned of", () => {
  const of = (newestMs: number | null) =>
    said([backupLine({ name: "/b", newestMs, nowMs: NOW })]).join();
  match(of(NOW - 8 * 60 * MINUTE), /^ok: The last backup in \/b is 8.h old/);
  match(of(NOW - 31 * 60 * MINUTE), /^warn: .* 31.h|1.d/);
  match(of(null), /^warn: There is no backup in \/b/);
});

Deno.test("damage is a failure, an index to be built again a warning, a look that was broken off is no look", () => {
  const of = (damage: Damage) => said(damageLines(damage, { deep: false }));
  match(of({ faults: [], isComplete: true }).join(), /^ok: A quick look/);
  match(of({ faults: [], isComplete: false }).join(), /^skipped: In 30 s/);
  const faults: Fault[] = [
    { kind: "index_invalid", words: "the index a is not valid" },
    { kind: "damaged", words: "page 4 is never used" },
  ];
  deepEqual(of({ faults, isComplete: false }), [
    "warn: In the database, the index a is not valid.",
    "fail: The database is damaged: page 4 is never used.",
  ]);
});

Deno.test("a file that everybody may read is told from one that its owner and group may", async () => {
  const path = await Deno.makeTempFile({ prefix: "pagerpal_test_" });
  for (const [mode, open] of [[0o600, false], [0o640, false], [0o644, true]]) {
    await Deno.chmod(path, Number(mode));
    equal(await isOpen(path), open);
  }
  await Deno.remove(path);
  equal(await isOpen(path), false);
});
