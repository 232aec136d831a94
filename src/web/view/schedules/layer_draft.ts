/** A rotation while it is being written: what stands in the form, right or wrong, and what its buttons do to it. */
import {
  type PeriodUnit,
  ROTATION_LIMITS,
} from "../../../domain/schedules/rotation.ts";
import type { RotationLayer } from "../../../domain/schedules/schedule.ts";
import type { WeeklyWindow } from "../../../domain/time/weekly_windows.ts";
import type { Form } from "../../form.ts";
import {
  DUTY_PRESETS,
  type DutyPreset,
  dutyPreset,
  dutyWindows,
} from "./duty_hours.ts";
import { typedNumber } from "../typed_number.ts";

export interface DraftWindow {
  from_day: string;
  from_time: string;
  to_day: string;
  to_time: string;
}

export interface LayerDraft {
  name: string;
  /** Ids, in the order of the turns. */
  members: string[];
  /** Chosen, and not yet taken into the list. */
  add_member: string;
  period_count: string;
  period_unit: string;
  handoff_time: string;
  handoff_weekday: string;
  handoff_day: string;
  starts_at: string;
  ends_at: string;
  duty: DutyPreset;
  /** Kept also while another choice than `own` is made. */
  windows: DraftWindow[];
  on_duty_only: boolean;
}

const NEW_WINDOW: DraftWindow = {
  from_day: "1",
  from_time: "09:00",
  to_day: "1",
  to_time: "17:00",
};
const HANDOFF_TIME = "09:00";

/** Promises a draft of weekly turns, of which the first is the one that runs at the instant. */
export function newLayerDraft(
  { nowMs, timeZone }: { nowMs: number; timeZone: string },
): LayerDraft {
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(timeZone).toPlainDateTime();
  const monday = now.subtract({ days: now.dayOfWeek - 1 })
    .withPlainTime(HANDOFF_TIME);
  const starts = Temporal.PlainDateTime.compare(monday, now) > 0
    ? monday.subtract({ days: 7 })
    : monday;
  return {
    name: "",
    members: [],
    add_member: "",
    period_count: "1",
    period_unit: "weeks",
    handoff_time: HANDOFF_TIME,
    handoff_weekday: "1",
    handoff_day: "1",
    starts_at: starts.toString({ smallestUnit: "minute" }),
    ends_at: "",
    duty: "always",
    windows: [NEW_WINDOW],
    on_duty_only: false,
  };
}

/** Promises the draft of a rotation that is there. */
export function layerDraftOf(
  { name, rotation }: Pick<RotationLayer, "name" | "rotation">,
): LayerDraft {
  const { period, handoff, restrictions } = rotation;
  const duty = dutyPreset(restrictions);
  return {
    name,
    members: rotation.responderIds.map(String),
    add_member: "",
    period_count: String(period.count),
    period_unit: period.unit,
    handoff_time: handoff.time,
    handoff_weekday: String(handoff.weekday),
    handoff_day: String(handoff.dayOfMonth),
    starts_at: rotation.startsAt,
    ends_at: rotation.endsAt ?? "",
    duty,
    windows: duty === "own" ? restrictions.map(draftWindow) : [NEW_WINDOW],
    on_duty_only: rotation.turnCounts === "on_duty_time",
  };
}

/** Promises what was typed. Members and windows beyond the limits are left out. */
export function readLayerDraft(form: Form): LayerDraft {
  const members: string[] = [];
  while (
    members.length < ROTATION_LIMITS.responders &&
    form.has(`responder_ids.${members.length}`)
  ) members.push(form.text(`responder_ids.${members.length}`));
  const windows: DraftWindow[] = [];
  while (
    windows.length < ROTATION_LIMITS.restrictions &&
    form.has(`restrictions.${windows.length}.from_day`)
  ) {
    const at = `restrictions.${windows.length}`;
    windows.push({
      from_day: form.text(`${at}.from_day`),
      from_time: form.text(`${at}.from_time`),
      to_day: form.text(`${at}.to_day`),
      to_time: form.text(`${at}.to_time`),
    });
  }
  const text = form.text.bind(form);
  return {
    ...{ members, windows },
    name: text("name"),
    add_member: text("add_member"),
    period_count: text("period_count"),
    period_unit: text("period_unit"),
    handoff_time: text("handoff_time"),
    handoff_weekday: text("handoff_weekday"),
    handoff_day: text("handoff_day"),
    starts_at: text("starts_at"),
    ends_at: text("ends_at"),
    duty: DUTY_PRESETS.find((preset) => preset === text("duty")) ?? "always",
    on_duty_only: form.has("turn_counts"),
  };
}

/**
 * Promises the draft after a button: `add-member`, `remove-member.1`, `up.1`, `down.1`, `add-window`, `remove-window.0`;
 * null for any other. Numbers are 0-based; what is not there or beyond a limit changes nothing.
 */
export function pressLayer(
  draft: LayerDraft,
  button: string,
): LayerDraft | null {
  const [verb = "", number = ""] = button.split(".");
  const index = Number(number);
  const { members, windows } = draft;
  switch (verb) {
    case "add-member":
      return taken(draft);
    case "remove-member":
      return { ...draft, members: members.toSpliced(index, 1) };
    case "up":
      return { ...draft, members: swapped(members, index, index - 1) };
    case "down":
      return { ...draft, members: swapped(members, index, index + 1) };
    case "add-window":
      return {
        ...draft,
        duty: "own",
        windows: [...windows, windows.at(-1) ?? NEW_WINDOW]
          .slice(0, ROTATION_LIMITS.restrictions),
      };
    case "remove-window":
      return { ...draft, duty: "own", windows: windows.toSpliced(index, 1) };
    default:
      return null;
  }
}

/** Promises the draft with whoever is chosen taken into the list, as long as there is room. */
export function taken(draft: LayerDraft): LayerDraft {
  const { members, add_member } = draft;
  if (add_member === "" || members.length >= ROTATION_LIMITS.responders) {
    return draft;
  }
  return { ...draft, members: [...members, add_member], add_member: "" };
}

/** Promises the draft as the rules of a layer read it; what is no number is NaN. */
export function layerInput(draft: LayerDraft): Record<string, unknown> {
  const unit = draft.period_unit as PeriodUnit;
  const windows = draft.duty === "own"
    ? draft.windows.map(windowInput)
    : dutyWindows(draft.duty).map((window) => windowInput(draftWindow(window)));
  return {
    name: draft.name,
    responder_ids: draft.members.map(Number),
    period_unit: unit,
    period_count: typedNumber(draft.period_count) ?? NaN,
    handoff_time: shortClock(draft.handoff_time),
    handoff_weekday: unit === "weeks" ? Number(draft.handoff_weekday) : null,
    handoff_day: unit === "months"
      ? typedNumber(draft.handoff_day) ?? NaN
      : null,
    starts_at: draft.starts_at,
    ends_at: draft.ends_at === "" ? null : draft.ends_at,
    restrictions: windows,
    turn_counts: draft.on_duty_only ? "on_duty_time" : "calendar_time",
  };
}

function windowInput(window: DraftWindow) {
  return {
    from_day: Number(window.from_day),
    from_time: shortClock(window.from_time),
    to_day: Number(window.to_day),
    to_time: shortClock(window.to_time),
  };
}

/** Some browsers send a time with its seconds. */
function shortClock(text: string): string {
  return text.replace(/^(\d\d:\d\d):00$/, "$1");
}

function draftWindow(window: WeeklyWindow): DraftWindow {
  return {
    from_day: String(window.fromDay),
    from_time: window.fromTime,
    to_day: String(window.toDay),
    to_time: window.toTime,
  };
}

function swapped<T>(items: readonly T[], a: number, b: number): T[] {
  const changed = [...items];
  const [one, other] = [items[a], items[b]];
  if (one === undefined || other === undefined) return changed;
  changed[a] = other;
  changed[b] = one;
  return changed;
}
