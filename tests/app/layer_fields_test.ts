import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  changedFields,
  LayerChange,
  layerFieldsOf,
  NewLayer,
  rotationOf,
} from "../../src/app/schedules/layer_fields.ts";
import { RefusedError } from "../../src/app/refused_error.ts";
import { PERIOD_UNITS } from "../../src/domain/schedules/rotation.ts";

const LEAST = {
  name: "Primary",
  responder_ids: [1, 2],
  starts_at: "2026-11-25T09:30",
};

/** The field that refuses the input, and what it says; null: it is taken. */
function refusal(input: Record<string, unknown>): [string, string] | null {
  const parsed = NewLayer.safeParse({ ...LEAST, ...input });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return [issue?.path.join(".") ?? "", issue?.message ?? ""];
  }
  try {
    rotationOf(parsed.data);
    return null;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return [error.detail.field ?? "", error.message];
  }
}

function field(input: Record<string, unknown>): string | undefined {
  return refusal(input)?.[0];
}

Deno.test("a name, the members and a start make a weekly rotation that hands off when it started", () => {
  assert.deepEqual(rotationOf(NewLayer.parse(LEAST)), {
    responderIds: [1, 2],
    period: { unit: "weeks", count: 1 },
    handoff: { time: "09:30", weekday: 3, dayOfMonth: 25 },
    startsAt: "2026-11-25T09:30",
    endsAt: null,
    restrictions: [],
    turnCounts: "calendar_time",
  });
});

Deno.test("a layer without members is refused, and so is one with too many", () => {
  assert.deepEqual(refusal({ responder_ids: [] }), [
    "responder_ids",
    "At least one responder.",
  ]);
  assert.equal(field({ responder_ids: Array(101).fill(1) }), "responder_ids");
  assert.equal(field({ responder_ids: Array(100).fill(1) }), undefined);
  assert.equal(field({ responder_ids: [1, -1] }), "responder_ids.1");
  assert.equal(field({ responder_ids: undefined }), "responder_ids");
});

Deno.test("a turn of no length or of too great a length is refused, and told what is allowed", () => {
  assert.deepEqual(refusal({ period_count: 0 }), [
    "period_count",
    "At least 1.",
  ]);
  assert.equal(field({ period_count: 1.5 }), "period_count");
  assert.deepEqual(refusal({ period_count: 53 }), [
    "period_count",
    "A turn lasts at most 52 weeks.",
  ]);
  const most = { hours: 8_760, days: 366, weeks: 52, months: 24 };
  for (const unit of PERIOD_UNITS) {
    const longest = { period_unit: unit, period_count: most[unit] };
    assert.equal(field(longest), undefined);
    const longer = { ...longest, period_count: most[unit] + 1 };
    assert.equal(field(longer), "period_count");
  }
  assert.equal(field({ period_unit: "fortnights" }), "period_unit");
});

Deno.test("an end that is not after the start is refused", () => {
  for (const ends_at of ["2026-11-25T09:30", "2026-11-24T10:00"]) {
    assert.deepEqual(refusal({ ends_at }), [
      "ends_at",
      "Must be later than `starts_at`.",
    ]);
  }
  assert.equal(field({ ends_at: "2026-11-25 09:31" }), undefined);
});

Deno.test("a time that does not parse or that no calendar has is refused", () => {
  const bad = [
    "",
    "soon",
    "2026-11-25",
    "2026-02-30T09:00",
    "2026-11-25T24:00",
    "2026-11-25T09:00Z",
    "2026-11-25T09:00+01:00",
    "2026-11-25T09:00:30",
    "1969-12-31T23:59",
    "10000-01-01T00:00",
    "0001-01-01T00:00",
    "-271821-04-20T00:00",
    " 2026-11-25T09:00",
    "2026-11-25T09:00\n",
    0,
    null,
  ];
  for (const starts_at of bad) {
    assert.equal(field({ starts_at }), "starts_at", JSON.stringify(starts_at));
  }
  for (const time of ["24:00", "9:00", "09:60", "09:00:00", ""]) {
    assert.equal(field({ handoff_time: time }), "handoff_time", time);
  }
  assert.equal(field({ handoff_weekday: 0 }), "handoff_weekday");
  assert.equal(field({ handoff_weekday: 8 }), "handoff_weekday");
  assert.equal(field({ handoff_day: 32 }), "handoff_day");
});

Deno.test("a restriction without any length is refused, one over the end of the week is not", () => {
  const friday = {
    from_day: 5,
    from_time: "18:00",
    to_day: 5,
    to_time: "18:00",
  };
  assert.equal(field({ restrictions: [friday] }), "restrictions.0.to_time");
  const weekend = { ...friday, to_day: 1, to_time: "08:00" };
  assert.equal(field({ restrictions: [weekend] }), undefined);
  assert.equal(
    field({ restrictions: [weekend, { ...weekend, to_day: 0 }] }),
    "restrictions.1.to_day",
  );
  assert.equal(
    field({ restrictions: Array(51).fill(weekend) }),
    "restrictions",
  );
});

Deno.test("what a change does not name stays as it is", () => {
  const before = {
    name: "Primary",
    rotation: rotationOf(
      NewLayer.parse({ ...LEAST, handoff_weekday: 1, handoff_time: "09:00" }),
    ),
  };
  const change = LayerChange.parse({ responder_ids: [2, 3] });
  const { rotation } = before;
  assert.deepEqual(rotationOf(changedFields(before, change)), {
    ...rotation,
    responderIds: [2, 3],
  });
  const monthly = LayerChange.parse({ period_unit: "months" });
  const { handoff } = rotationOf(changedFields(before, monthly));
  assert.deepEqual(handoff, { time: "09:00", weekday: 3, dayOfMonth: 25 });
  assert.equal(LayerChange.safeParse({}).success, false);
});

Deno.test("a layer that is written as it is shown stays as it is", () => {
  const time = fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
  }).map(({ hour, minute }) =>
    `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`
  );
  const weekday = fc.integer({ min: 1, max: 7 });
  const fields = fc.record({
    name: fc.constant("Primary"),
    responder_ids: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
    period_unit: fc.constantFrom(...PERIOD_UNITS),
    period_count: fc.integer({ min: 1, max: 24 }),
    handoff_time: fc.option(time),
    handoff_weekday: fc.option(weekday),
    handoff_day: fc.option(fc.integer({ min: 1, max: 31 })),
    starts_at: time.map((at) => `2026-11-25T${at}`),
    ends_at: fc.option(time.map((at) => `2027-01-31T${at}`)),
    restrictions: fc.array(
      fc.record({
        from_day: weekday,
        from_time: time,
        to_day: weekday,
        to_time: time,
      }).filter((w) => w.from_day !== w.to_day || w.from_time !== w.to_time),
    ),
    turn_counts: fc.constantFrom("calendar_time", "on_duty_time"),
  });
  fc.assert(
    fc.property(fields, (input) => {
      const shown = layerFieldsOf({
        name: input.name,
        rotation: rotationOf(NewLayer.parse(input)),
      });
      const again = rotationOf(NewLayer.parse(shown));
      assert.deepEqual(
        layerFieldsOf({ name: input.name, rotation: again }),
        shown,
      );
      assert.equal(
        shown.handoff_weekday === null,
        shown.period_unit !== "weeks",
      );
      assert.equal(shown.handoff_day === null, shown.period_unit !== "months");
    }),
    { numRuns: 1_000 },
  );
});
