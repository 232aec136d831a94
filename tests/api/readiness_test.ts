import assert from "node:assert/strict";
import { withStore } from "../stores.ts";
import { Desk, post } from "./desk.ts";

function test(name: string, body: (desk: Desk) => Promise<void>): void {
  Deno.test(
    name,
    () =>
      withStore("libSQL", async (store) => await body(await Desk.open(store))),
  );
}

test("the check tells what is wrong to every role, until it is mended", async (desk) => {
  const admin = desk.as("admin");
  const team = await admin("/api/v1/teams", post({ name: "Payments" }));
  const { responderId } = desk.accounts.responder;
  await admin(
    "/api/v1/escalation-policies",
    post({
      team_id: team.body.id,
      name: "Day and night",
      steps: [{
        delay_minutes: 5,
        targets: [{ type: "responder", id: responderId }],
      }],
    }),
  );
  const viewer = desk.as("viewer");
  const wrong = await viewer("/api/v1/readiness");
  assert.equal(wrong.status, 200);
  assert.equal(wrong.body.ready, false);
  assert.equal(wrong.body.findings[0].code, "policy_reaches_nobody");
  assert.equal(wrong.body.findings[0].severity, "will_fail");
  await admin(
    `/api/v1/responders/${responderId}/contact-methods`,
    post({ channel: "email", address: "maya@example.com" }),
  );
  const { body } = await viewer("/api/v1/readiness?days=7");
  const codes = body.findings.map(({ code }: { code: string }) => code);
  assert.ok(!codes.includes("policy_reaches_nobody"), codes.join());
  assert.ok(codes.includes("not_verified"), codes.join());
});

test("what is no number of days, no month or no team is refused by its name", async (desk) => {
  const viewer = desk.as("viewer");
  for (
    const [path, field] of [
      ["readiness?days=0", "days"],
      ["readiness?days=29", "days"],
      ["readiness?days=x", "days"],
      ["reports/on-call-load?month=2026-13", "month"],
      ["reports/on-call-load?team_id=99", "team_id"],
    ] as const
  ) {
    const { status, body } = await viewer(`/api/v1/${path}`);
    assert.equal(status, 422, path);
    assert.match(JSON.stringify(body), new RegExp(field), path);
  }
});
