import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  acceptCover,
  cancelCover,
  type CoverRequest,
  coverStatusAt,
  declineCover,
  LONGEST_COVER_MS,
  mayAsk,
} from "../../../src/domain/cover/cover_request.ts";
import {
  onCallAt,
  type PlanWindow,
  type SchedulePlan,
} from "../../../src/domain/schedules/schedule.ts";
import { layerOf, planOf } from "../schedules/plans.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 23, 9);

function aRequest(changes: Partial<CoverRequest> = {}): CoverRequest {
  return {
    id: 7,
    scheduleId: 1,
    requesterId: 1,
    askedId: null,
    startsAtMs: START_MS,
    endsAtMs: START_MS + 10 * HOUR_MS,
    note: "",
    status: "open",
    answeredById: null,
    answeredAtMs: null,
    overrideIds: [],
    createdAtMs: 0,
    updatedAtMs: 0,
    ...changes,
  };
}

const as = (responderId: number, role: "responder" | "admin" = "responder") =>
  ({ responderId, role }) as const;

/** Responder 1 all the time. */
const always = planOf([], { layers: [layerOf({ responderIds: [1] })] });

function asked(
  changes: Partial<CoverRequest>,
  { plan = always, nowMs = START_MS, by = as(1), open = [] }: {
    plan?: SchedulePlan;
    nowMs?: number;
    by?: ReturnType<typeof as>;
    open?: CoverRequest[];
  } = {},
) {
  const wanted = { ...aRequest(changes), requesterName: "Maya" };
  const decision = mayAsk(wanted, { plan, nowMs, by, open });
  return decision.ok ? "yes" : `${decision.field ?? decision.kind}`;
}

Deno.test("who is on call may ask, and an admin for them", () => {
  assert.equal(asked({}), "yes");
  assert.equal(asked({}, { by: as(9, "admin") }), "yes");
  assert.equal(asked({}, { by: as(9) }), "forbidden");
  assert.equal(asked({ requesterId: 2 }, { by: as(2) }), "starts_at");
  assert.equal(asked({ askedId: 1 }), "asked_responder_id");
});

Deno.test("a time that is over, turned round, too long or asked for already is refused", () => {
  const end = START_MS + 10 * HOUR_MS;
  assert.equal(asked({}, { nowMs: end }), "ends_at");
  assert.equal(asked({}, { nowMs: end - 1 }), "yes");
  assert.equal(asked({ endsAtMs: START_MS }), "ends_at");
  const long = START_MS + LONGEST_COVER_MS;
  assert.equal(asked({ endsAtMs: long }), "yes");
  assert.equal(asked({ endsAtMs: long + 1 }), "ends_at");
  const before = aRequest({ endsAtMs: START_MS + 1 });
  assert.equal(asked({}, { open: [before] }), "conflict");
  const touching = aRequest({ startsAtMs: 0, endsAtMs: START_MS });
  assert.equal(asked({}, { open: [touching] }), "yes");
});

Deno.test("only who was asked answers, and only who asked or an admin cancels", () => {
  const facts = { plan: always, memberIds: [1, 2, 3], nowMs: START_MS };
  const named = aRequest({ askedId: 2 });
  const accepts = (request: CoverRequest, id: number) =>
    acceptCover(request, { ...facts, by: as(id, "admin") }).ok;
  assert.deepEqual([1, 2, 3, 4].map((id) => accepts(named, id)), [
    false,
    true,
    false,
    false,
  ]);
  assert.deepEqual([1, 2, 3, 4].map((id) => accepts(aRequest(), id)), [
    false,
    true,
    true,
    false,
  ]);
  const declines = (request: CoverRequest, id: number) =>
    declineCover(request, { nowMs: START_MS, by: as(id, "admin") }).ok;
  assert.ok(declines(named, 2));
  assert.ok(!declines(named, 3));
  assert.ok(!declines(aRequest(), 2));
  const cancels = (by: ReturnType<typeof as>) =>
    cancelCover(named, { nowMs: START_MS, by }).ok;
  assert.ok(cancels(as(1)));
  assert.ok(cancels(as(9, "admin")));
  assert.ok(!cancels(as(2)));
});

Deno.test("a request that is answered or over takes no answer", () => {
  const end = START_MS + 10 * HOUR_MS;
  const facts = { plan: always, memberIds: [2], by: as(2) };
  assert.equal(coverStatusAt(aRequest(), end - 1), "open");
  assert.equal(coverStatusAt(aRequest(), end), "expired");
  assert.equal(
    coverStatusAt(aRequest({ status: "declined" }), end),
    "declined",
  );
  for (
    const [request, nowMs] of [
      [aRequest(), end],
      [aRequest({ status: "accepted" }), START_MS],
      [aRequest({ status: "cancelled" }), START_MS],
    ] as const
  ) {
    const decision = acceptCover(request, { ...facts, nowMs });
    assert.equal(decision.ok ? "" : decision.code, "cover_request_closed");
  }
  const nobody = planOf([]);
  const empty = { ...facts, plan: nobody, nowMs: START_MS };
  const decision = acceptCover(aRequest(), empty);
  assert.equal(decision.ok ? "" : decision.code, "nothing_to_cover");
});

const windows = fc.array(
  fc.record({
    responderId: fc.integer({ min: 1, max: 4 }),
    start: fc.integer({ min: -12, max: 24 }),
    hours: fc.integer({ min: 1, max: 12 }),
    kind: fc.constantFrom("entry" as const, "override" as const),
    replaces: fc.option(fc.integer({ min: 1, max: 4 })),
  }),
  { maxLength: 6 },
).map((rows) =>
  rows.map(({ responderId, start, hours, kind, replaces }) => ({
    responderId,
    kind,
    replacesResponderId: kind === "override" && replaces !== responderId
      ? replaces
      : null,
    startsAtMs: START_MS + start * HOUR_MS,
    endsAtMs: START_MS + (start + hours) * HOUR_MS,
  }))
);

/** All that happens in these plans happens on the hour, from -12 to 36. */
const HALF_PAST = Array.from({ length: 50 }, (_, hour) => hour - 12.5);

Deno.test("after acceptance the accepter is on call exactly where the requester was, and nothing else changes", () => {
  fc.assert(
    fc.property(
      windows,
      fc.integer({ min: -6, max: 12 }),
      fc.integer({ min: 1, max: 24 }),
      fc.integer({ min: -12, max: 24 }),
      fc.boolean(),
      (rows, start, hours, now, layered) => {
        const rotation = layerOf({
          responderIds: [1, 2],
          period: { unit: "hours", count: 3 },
        });
        const plan = planOf(rows, { layers: layered ? [rotation] : [] });
        const nowMs = START_MS + now * HOUR_MS;
        const request = aRequest({
          startsAtMs: START_MS + start * HOUR_MS,
          endsAtMs: START_MS + (start + hours) * HOUR_MS,
        });
        const decision = acceptCover(request, {
          ...{ plan, nowMs, by: as(5) },
          memberIds: [1, 5],
        });
        const made = decision.ok ? decision.stretches : [];
        const overrides = made.map((stretch, index): PlanWindow => ({
          id: 100 + index,
          kind: "override",
          responderId: 5,
          replacesResponderId: 1,
          ...stretch,
        }));
        const after = { ...plan, windows: [...plan.windows, ...overrides] };
        const instants = HALF_PAST.map((hour) => START_MS + hour * HOUR_MS);
        const expected = instants.map((atMs) => {
          const was = onCallAt(plan, atMs);
          const taken = was.includes(1) && atMs >= nowMs &&
            atMs >= request.startsAtMs && atMs < request.endsAtMs;
          return taken
            ? [...was.filter((id) => id !== 1), 5].sort((a, b) => a - b)
            : was;
        });
        // One comparison for all: it takes longer than finding out who is on call.
        assert.deepEqual(
          instants.map((atMs) => onCallAt(after, atMs)),
          expected,
        );
      },
    ),
    { numRuns: 10_000 },
  );
});
