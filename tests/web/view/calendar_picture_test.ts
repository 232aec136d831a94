import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import type { Rotation } from "../../../src/domain/schedules/rotation.ts";
import type { SchedulePlan } from "../../../src/domain/schedules/schedule.ts";
import {
  daysFrom,
  rangeOf,
  xOf,
} from "../../../src/web/view/schedules/calendar_days.ts";
import {
  deciderLanes,
  finalLane,
} from "../../../src/web/view/schedules/calendar_lanes.ts";
import {
  type Bar,
  calendarPictures,
  type DrawnLane,
} from "../../../src/web/view/schedules/calendar_picture.ts";
import { layerOf, planOf } from "../../domain/schedules/plans.ts";

const HOUR_MS = 3_600_000;
const NAMES = new Map([[1, "Maya Okafor"], [2, "Idris Bello"], [3, "Ana"]]);
const ZONES = [
  "Europe/London",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "Pacific/Apia",
];

function drawn(
  plan: SchedulePlan,
  { first, timeZone, weeks = 1, nowMs = 0 }: {
    first: string;
    timeZone: string;
    weeks?: number;
    nowMs?: number;
  },
) {
  const days = daysFrom(Temporal.PlainDate.from(first), {
    count: weeks * 7,
    timeZone,
  });
  const range = rangeOf(days);
  const nowhere = () => "";
  const pictures = calendarPictures({
    days,
    lanes: [
      finalLane(plan, range, nowhere),
      ...deciderLanes(plan, range, { window: nowhere, layer: nowhere }),
    ],
    names: NAMES,
    ownId: 1,
    timeZone: plan.timeZone,
    month: null,
    view: { nowMs, timeZone },
  });
  return { days, range, pictures };
}

function barsOf(lane: DrawnLane | undefined): Bar[] {
  assert.ok(lane);
  return lane.bars;
}

Deno.test("a day on which the clocks change is as wide as any other, and says how long it is", () => {
  const { pictures: [week], days } = drawn(planOf([]), {
    first: "2026-10-24",
    timeZone: "Europe/London",
    nowMs: Date.parse("2026-10-24T10:00Z"),
  });
  assert.ok(week);
  assert.deepEqual(
    week.days.slice(0, 3).map(({ x, length, date }) => [x, length, date]),
    [[0, "", "24"], [14.286, "25 h", "25"], [28.571, "", "26"]],
  );
  const [gap] = barsOf(week.lanes[0]);
  assert.equal(gap?.x, 0);
  assert.equal(gap?.width, 100);
  assert.match(gap?.look ?? "", /\bgap\b/);
  // Eleven in London, of a day of 24 hours.
  assert.equal(week.nowX, Math.round(11 / 24 / 7 * 100_000) / 1_000);
  // The hour that comes twice takes two of the day's 25 parts.
  const sunday = days[1]?.startsAtMs ?? 0;
  const part = xOf(sunday + 3 * HOUR_MS, days) - xOf(sunday + HOUR_MS, days);
  assert.ok(Math.abs(part - 2 / 25 / 7 * 100) < 0.01, String(part));
});

Deno.test("a day that a zone has left out takes no time and breaks nothing", () => {
  const { pictures: [week] } = drawn(planOf([]), {
    first: "2011-12-28",
    timeZone: "Pacific/Apia",
  });
  assert.equal(week?.days[2]?.length, "0 h");
  assert.deepEqual(barsOf(week?.lanes[0]).map(({ width }) => width), [100]);
});

Deno.test("names stand in bars that have room for them, initials in others, nothing in the narrowest", () => {
  const at = (text: string) => Date.parse(`${text}Z`);
  const windows = [
    ["2026-11-23T00:00", "2026-11-28T00:00", 2],
    ["2026-11-28T00:00", "2026-11-29T00:00", 1],
    ["2026-11-29T00:00", "2026-11-29T01:00", 2],
  ] as const;
  const { pictures: [week] } = drawn(
    planOf(windows.map(([from, to, responderId]) => ({
      responderId,
      startsAtMs: at(from),
      endsAtMs: at(to),
    }))),
    { first: "2026-11-23", timeZone: "UTC" },
  );
  const [idris, maya, short, gap] = barsOf(week?.lanes[0]);
  assert.deepEqual(idris?.texts, [{ text: "Idris Bello", sizes: "s m l" }]);
  assert.deepEqual(maya?.texts, [
    { text: "MO", sizes: "s m" },
    { text: "Maya Okafor", sizes: "l" },
  ]);
  assert.match(maya?.look ?? "", /\bown\b/);
  assert.deepEqual(short?.texts, []);
  assert.match(gap?.title ?? "", /^Nobody is on call: Sun 29 Nov/);
  assert.match(idris?.title ?? "", /Idris Bello.*, entry: Mon 23 Nov/);
});

const rotation: fc.Arbitrary<Partial<Rotation>> = fc.record({
  responderIds: fc.array(fc.constantFrom(1, 2, 3), {
    minLength: 1,
    maxLength: 4,
  }),
  period: fc.oneof(
    fc.record({
      unit: fc.constant("hours" as const),
      count: fc.integer({ min: 5, max: 40 }),
    }),
    fc.record({
      unit: fc.constantFrom("days" as const, "weeks" as const),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  ),
  startsAt: fc.constantFrom("2026-10-01T09:00", "2026-10-27T02:30"),
  endsAt: fc.constantFrom(null, "2026-11-01T01:30"),
  restrictions: fc.constantFrom([], [
    { fromDay: 5, fromTime: "18:00", toDay: 1, toTime: "02:30" },
  ]),
});
const window = fc.record({
  responderId: fc.constantFrom(1, 2, 3),
  kind: fc.constantFrom("entry" as const, "override" as const),
  startHour: fc.integer({ min: -48, max: 330 }),
  hours: fc.integer({ min: 1, max: 200 }),
});

Deno.test("whatever the layers are, every instant of the picture is in exactly one final tile, and every bar is inside", () => {
  const start = Date.parse("2026-10-22T00:00Z");
  fc.assert(
    fc.property(
      fc.array(rotation, { maxLength: 3 }),
      fc.array(window, { maxLength: 6 }),
      fc.constantFrom(...ZONES),
      fc.constantFrom(...ZONES),
      (rotations, windows, timeZone, viewerZone) => {
        const plan = planOf(
          windows.map(({ startHour, hours, ...rest }) => ({
            ...rest,
            startsAtMs: start + startHour * HOUR_MS,
            endsAtMs: start + (startHour + hours) * HOUR_MS,
          })),
          {
            timeZone,
            layers: rotations.map((one, index) =>
              layerOf(one, { id: index + 1 })
            ),
          },
        );
        const { pictures } = drawn(plan, {
          first: "2026-10-22",
          timeZone: viewerZone,
          weeks: 2,
        });
        for (const { lanes, bottom, height } of pictures) {
          const [final] = lanes;
          let reached = 0;
          for (const bar of barsOf(final)) {
            assert.ok(Math.abs(bar.x - reached) < 0.002, `${bar.x} ${reached}`);
            reached = bar.x + bar.width;
          }
          assert.ok(Math.abs(reached - 100) < 0.002, `ends at ${reached}`);
          for (const bar of lanes.flatMap(({ bars }) => bars)) {
            assert.ok(bar.x >= 0 && bar.width >= 0);
            assert.ok(bar.x + bar.width <= 100.002);
            assert.ok(bar.y + bar.height <= bottom && bottom < height);
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("too many shifts are drawn as one, and a gap among them stays", () => {
  const hourly = layerOf({
    period: { unit: "hours", count: 1 },
    startsAt: "2026-11-23T00:00",
    endsAt: "2026-12-20T00:00",
  });
  const { pictures } = drawn(planOf([], { layers: [hourly] }), {
    first: "2026-11-23",
    timeZone: "UTC",
    weeks: 4,
  });
  const bars = pictures.flatMap(({ lanes }) => barsOf(lanes[0]));
  assert.equal(bars.length, 5);
  assert.match(bars[0]?.texts[0]?.text ?? "", /shifts/);
  assert.match(bars.at(-1)?.look ?? "", /gap/);
});
