import assert from "node:assert/strict";
import { withStore } from "../stores.ts";
import { DELETE, Desk, patch, post } from "./desk.ts";

function test(name: string, body: (desk: Desk) => Promise<void>): void {
  Deno.test(
    name,
    () =>
      withStore("libSQL", async (store) => await body(await Desk.open(store))),
  );
}

const OFFICE = {
  time_zone: "Europe/London",
  mode: "during",
  windows: [
    { from_day: 2, from_time: "09:00", to_day: 2, to_time: "17:00" },
  ],
};

/** A policy of the viewer by day and the responder by turns at any time, with a schedule that nobody is on. */
async function setUp(desk: Desk) {
  const admin = desk.as("admin");
  const { viewer, responder } = desk.accounts;
  for (const { responderId: id } of [viewer, responder]) {
    await admin(
      `/api/v1/responders/${id}/contact-methods`,
      post({ channel: "email", address: `p${id}@example.com` }),
    );
  }
  const team = await admin("/api/v1/teams", post({ name: "Payments" }));
  const team_id = team.body.id;
  const schedule = await admin(
    "/api/v1/schedules",
    post({ team_id, name: "Primary", time_zone: "UTC" }),
  );
  const made = await admin(
    "/api/v1/escalation-policies",
    post({
      team_id,
      name: "Day and night",
      steps: [
        {
          delay_minutes: 5,
          targets: [{ type: "responder", id: viewer.responderId }],
          severities: ["critical", "error"],
          business_hours: OFFICE,
        },
        {
          delay_minutes: 10,
          targets: [{ type: "next_on_call", id: schedule.body.id }],
        },
        {
          delay_minutes: 2.5,
          targets: [{ type: "responder", id: responder.responderId }],
          round_robin: true,
        },
      ],
      fallback: [{ type: "responder", id: viewer.responderId }],
      repeat_count: 1,
    }),
  );
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const source = await admin(
    "/api/v1/alert-sources",
    post({
      team_id,
      name: "Probes",
      kind: "generic",
      escalation_policy_id: made.body.id,
      settings: { auto_resolve_after_minutes: 4 },
    }),
  );
  assert.equal(source.status, 201, JSON.stringify(source.body));
  return { policy: made.body, schedule: schedule.body, source: source.body };
}

test("the dry run of a policy tells every page to its end, with what is passed over and why", async (desk) => {
  const { policy } = await setUp(desk);
  const { viewer, responder } = desk.accounts;
  const path = `/api/v1/escalation-policies/${policy.id}/dry-run`;
  const read = desk.as("viewer");
  const { status, body } = await read(
    `${path}?at=2026-11-24T16:55:00Z&severity=error`,
  );
  assert.equal(status, 200);
  assert.deepEqual(
    body.steps.map((step: Record<string, unknown>) => [
      step.round,
      step.step,
      step.minute,
      step.round_robin,
    ]),
    [[0, 0, 0, false], [0, 2, 5, true], [1, 2, 7.5, true]],
  );
  assert.deepEqual(body.steps[2].skipped, [
    { step: 0, round: 1, reason: "outside_business_hours" },
    { step: 1, round: 1, reason: "nobody_on_call" },
  ]);
  assert.equal(body.steps[0].pages[0].responder.id, viewer.responderId);
  assert.deepEqual(Object.keys(body.steps[1].pages[0]), [
    "responder",
    "channel",
    "contact_method_id",
    "at",
    "minute",
  ]);
  assert.equal(body.steps[1].pages[0].responder.id, responder.responderId);
  assert.equal(body.steps[1].pages[0].at, "2026-11-24T17:00:00.000Z");
  assert.equal(body.end.outcome, "exhausted");
  assert.equal(body.end.reason, "nobody_answered");
  assert.equal(body.end.last_resort, "policy");
  assert.equal(body.end.minute, 10);
  assert.equal(body.closes_at, null);
});

test("the dry run of a source ends with its age limit, and without a time it is now", async (desk) => {
  const { source } = await setUp(desk);
  const read = desk.as("viewer");
  const { body } = await read(`/api/v1/alert-sources/${source.id}/dry-run`);
  assert.equal(body.at, "2026-11-23T09:00:00.000Z");
  assert.equal(body.severity, "critical");
  assert.equal(body.end.outcome, "closed_by_age");
  assert.equal(body.end.minute, 4);
  assert.equal(body.closes_at, "2026-11-23T09:04:00.000Z");
});

test("a dry run refuses what it cannot imagine, and is nobody's who is not known", async (desk) => {
  const { policy } = await setUp(desk);
  const read = desk.as("viewer");
  const path = `/api/v1/escalation-policies/${policy.id}/dry-run`;
  for (
    const [query, field] of [
      ["at=tomorrow", "at"],
      ["at=2026-11-24T03:00:00", "at"],
      ["severity=awful", "severity"],
      ["severity=", "severity"],
    ] as const
  ) {
    const { status, body } = await read(`${path}?${query}`);
    assert.equal(status, 422, query);
    assert.equal(body.errors[0].field, field);
  }
  const gone = await read("/api/v1/escalation-policies/99/dry-run");
  assert.equal(gone.status, 404);
  assert.equal((await read("/api/v1/alert-sources/99/dry-run")).status, 404);
});

test("conditions that cannot be are refused with their field, and a schedule named for who is next is kept", async (desk) => {
  const { policy, schedule } = await setUp(desk);
  const admin = desk.as("admin");
  const path = `/api/v1/escalation-policies/${policy.id}`;
  const [step] = policy.steps;
  const [window] = OFFICE.windows;
  const hours = (change: Record<string, unknown>) => ({
    business_hours: { ...OFFICE, ...change },
  });
  for (
    const [change, field] of [
      [{ severities: ["awful"] }, "severities.0"],
      [{ severities: Array(5).fill("info") }, "severities"],
      [{ round_robin: "yes" }, "round_robin"],
      [hours({ time_zone: "Atlantis/Capital" }), "business_hours.time_zone"],
      [hours({ time_zone: "+01:00" }), "business_hours.time_zone"],
      [hours({ mode: "sometimes" }), "business_hours.mode"],
      [hours({ windows: [] }), "business_hours.windows"],
      [hours({ windows: Array(29).fill(window) }), "business_hours.windows"],
      [
        hours({ windows: [{ ...window, to_time: "09:00" }] }),
        "business_hours.windows.0.to_time",
      ],
      [
        hours({ windows: [{ ...window, from_time: "24:00" }] }),
        "business_hours.windows.0.from_time",
      ],
      [
        hours({ windows: [{ ...window, from_day: 0 }] }),
        "business_hours.windows.0.from_day",
      ],
      [{ targets: [{ type: "next_on_call", id: 99 }] }, "targets"],
    ] as const
  ) {
    const { status, body } = await admin(
      path,
      patch({ steps: [{ ...step, ...change }] }),
    );
    assert.equal(status, 422, JSON.stringify(change));
    assert.equal(body.errors[0].field, `steps.0.${field}`);
  }
  assert.deepEqual((await admin(path)).body.steps, policy.steps);
  const kept = await admin(`/api/v1/schedules/${schedule.id}`, DELETE);
  assert.equal(kept.status, 409);
  const every = ["critical", "info", "error", "warning"];
  const all = await admin(
    path,
    patch({ steps: [{ ...step, severities: every }] }),
  );
  assert.deepEqual(all.body.steps[0].severities, [], "no condition at all");
});
