/** Plans of schedules for tests. */
import type {
  PlanLayer,
  PlanWindow,
  SchedulePlan,
} from "../../../src/domain/schedules/schedule.ts";
import type { Rotation } from "../../../src/domain/schedules/rotation.ts";

type SomeWindow =
  & Pick<PlanWindow, "responderId" | "startsAtMs" | "endsAtMs">
  & Partial<PlanWindow>;

/** Promises a plan of these windows, entries where nothing else is said, numbered in their order. */
export function planOf(
  windows: readonly SomeWindow[],
  { timeZone = "UTC", layers = [] }: {
    timeZone?: string;
    layers?: readonly PlanLayer[];
  } = {},
): SchedulePlan {
  return {
    timeZone,
    layers,
    windows: windows.map((window, index) => ({
      id: index + 1,
      kind: "entry",
      replacesResponderId: null,
      ...window,
    })),
  };
}

/** Promises a rotation by weeks, Mondays at 09:00 from 23 November 2026, changed where `changes` says so. */
export function rotationOf(changes: Partial<Rotation> = {}): Rotation {
  return {
    responderIds: [1, 2, 3],
    period: { unit: "weeks", count: 1 },
    handoff: { time: "09:00", weekday: 1, dayOfMonth: 1 },
    startsAt: "2026-11-23T09:00",
    endsAt: null,
    restrictions: [],
    turnCounts: "calendar_time",
    ...changes,
  };
}

/** Promises a layer of the rotation. */
export function layerOf(
  changes: Partial<Rotation> = {},
  { id = 1 }: { id?: number } = {},
): PlanLayer {
  return {
    id,
    name: `Layer ${id}`,
    kind: "rotation",
    rotation: rotationOf(changes),
  };
}
