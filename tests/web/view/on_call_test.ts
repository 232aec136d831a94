import assert from "node:assert/strict";
import { planOf } from "../../domain/schedules/plans.ts";
import {
  dutyNow,
  initials,
  type Rota,
  unreachableOnCall,
} from "../../../src/web/view/schedules/on_call.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 2, 14);
const HOUR_MS = 3_600_000;
const view = { nowMs: NOW_MS, timeZone: "UTC" };
const stamps = { verifiedAtMs: null, createdAtMs: 0, updatedAtMs: 0 };
const method = {
  id: 1,
  responderId: 1,
  channel: "email",
  address: "maya@example.com",
  label: "",
  enabled: true,
  ...stamps,
} as const;
const person = (id: number, name: string, reachable: boolean) => ({
  id,
  name,
  notifyOnResolve: false,
  contactMethods: [{ ...method, enabled: reachable }],
  contactRules: [],
});
const entry = (responderId: number, from: number, to: number) => ({
  responderId,
  startsAtMs: NOW_MS + from * HOUR_MS,
  endsAtMs: NOW_MS + to * HOUR_MS,
});
const rota: Rota = {
  teams: [{ id: 1, name: "Payments", description: "", ...stamps }],
  schedules: [1, 2].map((id) => ({
    id,
    teamId: 1,
    name: `Rota ${id}`,
    description: "",
    timeZone: "UTC",
    handoffNoticeMinutes: null,
    ...stamps,
  })),
  plans: new Map([
    [1, planOf([entry(1, -2, 5), entry(2, 5, 9)])],
    [2, planOf([])],
  ]),
  responders: [person(1, "Maya Okafor", false), person(2, "Idris", true)],
};

Deno.test("who is on call is told with until when and who is next, gaps first", () => {
  const duties = dutyNow(rota, { view, untilMs: NOW_MS + 48 * HOUR_MS });
  assert.deepEqual(
    duties.map(({ names, until, gap }) => ({ names, until, gap })),
    [
      { names: [], until: "nobody is planned", gap: true },
      {
        names: ["Maya Okafor"],
        until: "until 07:14, then Idris",
        gap: false,
      },
    ],
  );
});

Deno.test("who is on call and cannot be reached is named, and nobody else", () => {
  assert.deepEqual(unreachableOnCall(rota, NOW_MS), ["Maya Okafor"]);
  assert.deepEqual(unreachableOnCall(rota, NOW_MS + 6 * HOUR_MS), []);
});

Deno.test("initials are two letters of any alphabet", () => {
  assert.equal(initials("Maya Okafor"), "MO");
  assert.equal(initials("plato"), "P");
  assert.equal(initials("山田 太郎"), "山太");
  assert.equal(initials("🦊 Fox"), "🦊F");
});
