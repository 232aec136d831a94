import assert from "node:assert/strict";
import { planNow } from "../../src/app/incidents/plan_step.ts";
import type { Whom } from "../../src/app/load_directory.ts";
import { planEscalation } from "../../src/domain/policies/escalation.ts";
import type { Repositories } from "../../src/ports/store.ts";
import { aDirectory, anIncident, NOW_MS } from "../domain/examples.ts";

/** Who is who, and whom was asked for. */
function known() {
  const asked: Whom[] = [];
  const everybody = aDirectory({ adminIds: [2] });
  const directory = (named: typeof everybody) => (_: unknown, whom: Whom) => {
    asked.push(whom);
    return Promise.resolve(whom === "named" ? named : everybody);
  };
  return { asked, everybody, directory };
}

const tx = {} as Repositories;

Deno.test("a step that reaches whom the policy names asks for nobody else", async () => {
  const { asked, everybody, directory } = known();
  const planning = { tx, nowMs: NOW_MS, directory: directory(everybody) };
  const { pages } = await planNow(planning, anIncident());
  assert.deepEqual(pages.map(({ responderId }) => responderId), [1]);
  assert.deepEqual(asked, ["named"]);
});

Deno.test("an incident for which the policy reaches nobody is planned with the last resort", async () => {
  const { asked, everybody, directory } = known();
  const nobody = { onCall: new Map(), members: new Map() };
  const named = aDirectory({ ...nobody, responders: new Map() });
  const planning = { tx, nowMs: NOW_MS, directory: directory(named) };
  const { atTurn: _, responders, ...plan } = await planNow(
    planning,
    anIncident(),
  );
  assert.deepEqual(plan, planEscalation(anIncident(), everybody, NOW_MS));
  assert.equal(responders, everybody.responders);
  assert.deepEqual(asked, ["named", "everybody"]);
});

Deno.test("a test incident asks for no last resort", async () => {
  const { asked, everybody, directory } = known();
  const planning = { tx, nowMs: NOW_MS, directory: directory(everybody) };
  await planNow(planning, anIncident({ isTest: true }));
  assert.deepEqual(asked, ["named"]);
});
