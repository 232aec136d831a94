import { equal, match } from "node:assert/strict";
import {
  backupStep,
  migrationStep,
  restartStep,
} from "../../../scripts/doctor/upgrade.ts";
import type { Line } from "../../../scripts/doctor/check.ts";
import type { Node } from "../../../src/domain/system/node.ts";
import { NEWEST_SCHEMA_VERSION } from "../../../src/store/migrations.ts";
import { VERSION } from "../../../src/version.ts";
import { node, NOW } from "./nodes.ts";

const OLD = { version: "1.9.0", schemaVersion: 14 };

function said(lines: readonly Line[]): string {
  return lines.map(({ grade, message }) => `${grade}: ${message}`).join("\n");
}

Deno.test("a backup is to be an hour old at most before the database changes", () => {
  const of = (newestMs: number | null) =>
    said([backupStep({ name: "/b", newestMs, nowMs: NOW })]);
  match(of(NOW - 59 * 60_000), /^ok/);
  match(of(NOW - 61 * 60_000), /^fail: .* 1.h 1.min old; what came in since/);
  match(of(null), /^fail: There is no backup/);
});

Deno.test("nodes that could not work on the database after the migrations are named before", () => {
  const nodes = [node(OLD), node({ name: "web-2-b", schemaVersion: 18 })];
  const of = (missing: string[]) =>
    said(migrationStep(missing, { nodes, nowMs: NOW }));
  match(of(["0015_a.sql", "0016_b.sql"]), /^fail: 2.migrations to apply: 0015/);
  match(
    of(["0019_a.sql", "0020_b.needs_0018.sql"]),
    /^warn: After it web-1-a \(1\.9\.0\) will page nobody.*\nfail: 2.migrations/,
  );
  match(of(["0020_b.needs_0014.sql"]), /^fail: 1.migration to apply/);
});

Deno.test("nodes of another version, or that know other migrations, are to start again; those that ended do not count", () => {
  const ours = { version: VERSION, schemaVersion: NEWEST_SCHEMA_VERSION };
  const of = (...nodes: Partial<Node>[]) =>
    said(restartStep(nodes.map(node), NOW));
  match(of(ours), /^ok: All nodes run/);
  match(of(ours, { ...OLD, phase: "stopped" }), /^ok/);
  match(of(ours, { ...OLD, lastSeenAtMs: NOW - 60_000 }), /^ok/);
  match(of(ours, { ...OLD, name: "web-2-b" }), /^fail: 1.node of 2.*web-2-b/);
  match(of({ ...OLD, phase: "standing_back" }), /^fail: 1.node of 1/);
  match(of({ ...ours, schemaVersion: 3 }), /^fail: 1.node of 1/);
  equal(of(), "fail: No node is running.");
});
