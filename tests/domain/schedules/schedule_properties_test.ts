/**
 * Who is on call, held against an independent telling of it (schedule_oracle.ts) around the days on which clocks change.
 * Each property runs 10,000 cases, or `PROPERTY_CASES`; the seed is printed, and `PROPERTY_SEED=n` runs the same cases
 * again.
 */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  PERIOD_UNITS,
  type Rotation,
} from "../../../src/domain/schedules/rotation.ts";
import {
  gaps,
  handoffsIn,
  layerShifts,
  nextOnCall,
  onCallAt,
  type PlanLayer,
  type PlanWindow,
  type SchedulePlan,
  shifts,
  shiftsInSlices,
} from "../../../src/domain/schedules/schedule.ts";
import type { WeeklyWindow } from "../../../src/domain/time/weekly_windows.ts";
import { memberAt, reachedAt } from "./schedule_oracle.ts";

const RUNS = Number(Deno.env.get("PROPERTY_CASES") ?? 10_000);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Each zone with days around which its clock changed: by an hour, by half an hour, never, by a day, for Ramadan. */
const CHANGES: [timeZone: string, ...dates: string[]][] = [
  ["Europe/London", "2026-03-29", "2026-10-25", "1996-10-27"],
  ["America/New_York", "2026-03-08", "2026-11-01"],
  ["Australia/Lord_Howe", "2026-04-05", "2026-10-04"],
  ["Asia/Kolkata", "2026-10-25"],
  ["America/Sao_Paulo", "2018-11-04", "2019-02-17", "2026-11-01"],
  ["Africa/Casablanca", "2026-02-15", "2026-03-22"],
  ["Pacific/Apia", "2011-12-30", "2011-04-02", "2012-04-01"],
];

function property<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  holds: (value: T) => void,
): void {
  Deno.test(`property: ${name}`, () => {
    const seed = Number(Deno.env.get("PROPERTY_SEED") ?? Date.now() % 2 ** 31);
    console.log(`${name}: seed ${seed}, ${RUNS} cases`);
    fc.assert(fc.property(arbitrary, holds), { numRuns: RUNS, seed });
  });
}

// Clocks change in the small hours.
const halfHour = fc.oneof(
  fc.integer({ min: 0, max: 47 }),
  fc.integer({ min: 0, max: 6 }),
).map((half) =>
  `${String(Math.floor(half / 2)).padStart(2, "0")}:${
    half % 2 === 0 ? "00" : "30"
  }`
);
const weekday = fc.integer({ min: 1, max: 7 });
const restriction: fc.Arbitrary<WeeklyWindow> = fc.record({
  fromDay: weekday,
  fromTime: halfHour,
  toDay: weekday,
  toTime: halfHour,
}).filter((w) => w.fromDay !== w.toDay || w.fromTime !== w.toTime);

interface Place {
  timeZone: string;
  /** Midnight UTC of a day on which the clock changes. */
  changeMs: number;
}
const place: fc.Arbitrary<Place> = fc.constantFrom(
  ...CHANGES.flatMap(([timeZone, ...dates]) =>
    dates.map((date) => ({ timeZone, changeMs: Date.parse(date) }))
  ),
);

const MOST_COUNT = { hours: 30, days: 9, weeks: 3, months: 2 } as const;
/** How many days before the change a rotation may begin. */
const MOST_DAYS_BEFORE = {
  hours: 8,
  days: 30,
  weeks: 60,
  months: 200,
} as const;

function rotationNear({ changeMs }: Place): fc.Arbitrary<Rotation> {
  return fc.constantFrom(...PERIOD_UNITS).chain((unit) =>
    fc.record({
      responderIds: fc.array(fc.integer({ min: 1, max: 5 }), {
        minLength: 1,
        maxLength: 5,
      }),
      period: fc.record({
        unit: fc.constant(unit),
        count: fc.integer({ min: 1, max: MOST_COUNT[unit] }),
      }),
      handoff: fc.record({
        time: halfHour,
        weekday,
        dayOfMonth: fc.integer({ min: 1, max: 31 }),
      }),
      startsAt: fc.oneof(
        wallNear(changeMs, { min: -MOST_DAYS_BEFORE[unit], max: 2 }),
        wallNear(changeMs, { min: 0, max: 0 }),
      ),
      endsAt: fc.option(fc.oneof(
        wallNear(changeMs, { min: 0, max: 20 }),
        wallNear(changeMs, { min: 0, max: 1 }),
      )),
      restrictions: fc.array(restriction, { maxLength: 3 }),
      turnCounts: fc.constantFrom("calendar_time", "on_duty_time"),
    })
  ).filter(({ startsAt, endsAt }) => endsAt === null || endsAt > startsAt);
}

function wallNear(
  changeMs: number,
  days: { min: number; max: number },
): fc.Arbitrary<string> {
  return fc.tuple(fc.integer(days), halfHour).map(([day, time]) =>
    `${new Date(changeMs + day * DAY_MS).toISOString().slice(0, 10)}T${time}`
  );
}

/** Instants around the change, most of them close to it, at odd and at round times. */
function instantNear({ changeMs }: Place): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: -28, max: 40 }).map((half) =>
      changeMs + half * HOUR_MS / 2
    ),
    fc.tuple(
      fc.integer({ min: -48, max: 96 }),
      fc.constantFrom(-1, 0, 1),
    ).map(([half, odd]) => changeMs + half * HOUR_MS / 2 + odd),
    fc.integer({ min: -12 * DAY_MS, max: 22 * DAY_MS }).map((ms) =>
      changeMs + ms
    ),
  );
}

function layersOf(rotations: readonly Rotation[]): PlanLayer[] {
  return rotations.map((rotation, index) => ({
    id: index + 1,
    name: `Layer ${index + 1}`,
    kind: "rotation",
    rotation,
  }));
}

const layerCase = place.chain((where) =>
  fc.record({
    where: fc.constant(where),
    rotation: rotationNear(where),
    instants: fc.array(instantNear(where), { minLength: 2, maxLength: 2 }),
  })
);

property(
  "each layer has exactly one answer at every instant, and it is the oracle's",
  layerCase,
  ({ where: { timeZone }, rotation, instants }) => {
    const layers = layersOf([rotation]);
    const plan = { timeZone, layers, windows: [] };
    for (const atMs of instants) {
      const expected = memberAt(rotation, timeZone, atMs);
      assert.deepEqual(
        onCallAt(plan, atMs),
        expected === null ? [] : [expected],
        new Date(atMs).toISOString(),
      );
    }
  },
);

property(
  "a handoff happens at its time on the wall clock, or when the clock goes on after having skipped it",
  place.chain((where) =>
    fc.record({
      where: fc.constant(where),
      rotation: rotationNear(where).map((rotation) => ({
        ...rotation,
        // Everybody once, so that each handoff is seen; no window of duty, so that nothing else is.
        responderIds: [1, 2, 3],
        restrictions: [],
        endsAt: null,
      })),
    })
  ),
  ({ where: { timeZone, changeMs }, rotation }) => {
    const plan = { timeZone, layers: layersOf([rotation]), windows: [] };
    const handoffs = handoffsIn(
      plan,
      changeMs - 3 * DAY_MS,
      changeMs + 4 * DAY_MS,
    );
    for (const { atMs, before } of handoffs) {
      const clock = Temporal.Instant.fromEpochMilliseconds(atMs)
        .toZonedDateTimeISO(timeZone);
      if (before.length === 0) continue;
      const skippedTo = clock.getTimeZoneTransition("previous")
            ?.epochMilliseconds === atMs ||
        clock.add({ milliseconds: 1 }).getTimeZoneTransition("previous")
            ?.epochMilliseconds === atMs;
      if (skippedTo) continue;
      const { unit, count } = rotation.period;
      const minute = clock.hour * 60 + clock.minute;
      const [hours = 0, minutes = 0] = rotation.handoff.time.split(":")
        .map(Number);
      const apart = minute - hours * 60 - minutes;
      assert.ok(apart % (unit === "hours" ? 60 : 1_440) === 0, `${clock}`);
      assert.equal(clock.second + clock.millisecond, 0);
      if (unit === "weeks") {
        assert.equal(clock.dayOfWeek, rotation.handoff.weekday);
      }
      if (unit === "months") {
        const { dayOfMonth } = rotation.handoff;
        assert.equal(clock.day, Math.min(dayOfMonth, clock.daysInMonth));
      }
      if (unit === "hours" && 24 % count === 0) {
        assert.ok(apart / 60 % count === 0, `${clock}`);
      }
      const reading = clock.toPlainDateTime().toZonedDateTime("UTC")
        .epochMilliseconds;
      assert.ok(
        !reachedAt(atMs - 1, timeZone)(reading),
        "the first occurrence",
      );
    }
  },
);

const window = (where: Place) =>
  fc.record({
    id: fc.integer({ min: 1, max: 1_000 }),
    responderId: fc.integer({ min: 1, max: 6 }),
    kind: fc.constantFrom<PlanWindow["kind"]>("entry", "override"),
    replacesResponderId: fc.option(fc.integer({ min: 1, max: 6 })),
    startsAtMs: instantNear(where),
    length: fc.integer({ min: 1, max: 96 }),
  }).map(({ length, ...rest }): PlanWindow => ({
    ...rest,
    replacesResponderId: rest.kind === "entry"
      ? null
      : rest.replacesResponderId,
    endsAtMs: rest.startsAtMs + length * HOUR_MS / 2,
  }));

const planCase = place.chain((where) =>
  fc.record({
    plan: fc.record({
      timeZone: fc.constant(where.timeZone),
      layers: fc.array(rotationNear(where), { maxLength: 2 }).map(layersOf),
      windows: fc.uniqueArray(window(where), {
        maxLength: 5,
        selector: ({ id }) => id,
      }),
    }),
    fromMs: instantNear(where),
    lengthMs: fc.integer({ min: 1, max: 9 * DAY_MS }),
    at: fc.array(fc.integer({ min: 0, max: 999 }).map((n) => n / 1_000), {
      minLength: 2,
      maxLength: 2,
    }),
  })
);

/** Who is on call by the words of the design: overrides over entries over layers, then who stands in for whom. */
function toldAt({ timeZone, layers, windows }: SchedulePlan, atMs: number) {
  const open = windows.filter((one) =>
    one.startsAtMs <= atMs && atMs < one.endsAtMs
  );
  const wholesale = open.filter((one) => one.replacesResponderId === null);
  const ofKind = (kind: PlanWindow["kind"]) =>
    wholesale.filter((one) => one.kind === kind)
      .map(({ responderId }) => responderId);
  const ofLayers = layers.toReversed().flatMap((layer) => {
    const member = layer.kind === "rotation"
      ? memberAt(layer.rotation, timeZone, atMs)
      : null;
    return member === null ? [] : [[member]];
  });
  const choices = [ofKind("override"), ofKind("entry"), ...ofLayers];
  let people = choices.find((choice) => choice.length > 0) ?? [];
  const standIns = open.filter((one) => one.replacesResponderId !== null)
    .sort((a, b) => a.id - b.id);
  for (const { replacesResponderId, responderId } of standIns) {
    people = people.map((id) => id === replacesResponderId ? responderId : id);
  }
  return [...new Set(people)].sort((a, b) => a - b);
}

property(
  "overrides beat entries, entries beat layers, a later layer beats an earlier one",
  planCase,
  ({ plan, fromMs, lengthMs, at }) => {
    for (const part of at) {
      const atMs = fromMs + Math.floor(part * lengthMs);
      assert.deepEqual(onCallAt(plan, atMs), toldAt(plan, atMs));
    }
  },
);

property(
  "shifts tile the range without overlap and say what onCallAt says; gaps are their complement",
  planCase,
  ({ plan, fromMs, lengthMs, at }) => {
    const toMs = fromMs + lengthMs;
    const tiles = shifts(plan, fromMs, toMs);
    const holes = gaps(plan, fromMs, toMs);
    assert.equal(tiles[0]?.startsAtMs, fromMs);
    assert.equal(tiles.at(-1)?.endsAtMs, toMs);
    for (const [index, tile] of tiles.entries()) {
      assert.ok(tile.startsAtMs < tile.endsAtMs);
      const next = tiles[index + 1];
      if (next) {
        assert.equal(next.startsAtMs, tile.endsAtMs);
        assert.notDeepEqual(
          [next.responderIds, next.overridden],
          [tile.responderIds, tile.overridden],
        );
      }
    }
    assert.deepEqual(
      holes,
      tiles.filter(({ responderIds }) => responderIds.length === 0),
    );
    const [edge] = tiles.slice(Math.floor(tiles.length / 2));
    const inside = at.map((part) => fromMs + Math.floor(part * lengthMs));
    for (const atMs of [...inside, edge?.startsAtMs ?? fromMs, toMs - 1]) {
      const covering = tiles.filter(({ startsAtMs, endsAtMs }) =>
        startsAtMs <= atMs && atMs < endsAtMs
      );
      assert.equal(covering.length, 1);
      assert.deepEqual(covering[0]?.responderIds, onCallAt(plan, atMs));
    }
  },
);

property(
  "a part of a range has the same shifts as the whole, and each layer the same alone",
  planCase,
  ({ plan, fromMs, lengthMs, at: [a = 0, b = 0] }) => {
    const toMs = fromMs + lengthMs;
    const [low, high] = [Math.min(a, b), Math.max(a, b)].map((part) =>
      fromMs + Math.floor(part * lengthMs)
    );
    if (low === undefined || high === undefined || low === high) return;
    const cut = shifts(plan, fromMs, toMs)
      .filter((one) => one.startsAtMs < high && one.endsAtMs > low)
      .map((one) => ({
        ...one,
        startsAtMs: Math.max(one.startsAtMs, low),
        endsAtMs: Math.min(one.endsAtMs, high),
      }));
    assert.deepEqual(shifts(plan, low, high), cut);
    for (const layer of plan.layers) {
      const alone = layerShifts(plan, layer, { fromMs, toMs });
      assert.ok(alone.every(({ responderIds }) => responderIds.length <= 1));
    }
  },
);

property(
  "a long range has the same shifts in slices as in one go",
  fc.tuple(planCase, fc.integer({ min: 1, max: 40 * DAY_MS })),
  ([{ plan, fromMs }, lengthMs]) => {
    const range = { fromMs, toMs: fromMs + lengthMs };
    const slices = shiftsInSlices(plan, range);
    let pauses = 0;
    let step = slices.next();
    for (; !step.done; step = slices.next()) pauses++;
    assert.deepEqual(step.value, shifts(plan, fromMs, range.toMs));
    assert.equal(pauses, Math.ceil(lengthMs / (7 * DAY_MS)) - 1);
  },
);

property(
  "the next on call are the first who are not on call now",
  planCase,
  ({ plan, fromMs, lengthMs }) => {
    const untilMs = fromMs + lengthMs;
    const now = onCallAt(plan, fromMs);
    const next = nextOnCall(plan, fromMs, untilMs);
    const firstMs = shifts(plan, fromMs, untilMs)
      .find(({ responderIds }) => responderIds.some((id) => !now.includes(id)))
      ?.startsAtMs;
    assert.deepEqual(
      next,
      firstMs === undefined
        ? []
        : onCallAt(plan, firstMs).filter((id) => !now.includes(id)),
    );
  },
);
