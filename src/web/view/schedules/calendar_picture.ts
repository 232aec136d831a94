/** A calendar as pictures, one for each week: every place in per cent of the width, so that text keeps its size. */
import { type BarText, type Columns, fitting, nameTexts } from "./bar_text.ts";
import {
  type CalendarDay,
  rangeOf,
  round,
  weeksOf,
  xOf,
} from "./calendar_days.ts";
import type { Lane, LaneKind, LaneStretch } from "./calendar_lanes.ts";
import { counted } from "../plural.ts";
import { calendarWords, oneLine, type StretchWords } from "./stretch_words.ts";
import type { Viewpoint } from "../zoned_time.ts";

/** A part of a stretch, as far as it lies in the week. `x` and `width` are per cent, `y` and `height` pixels. */
export interface Bar {
  x: number;
  width: number;
  y: number;
  height: number;
  /** Class names: what it is, and how people are told apart. */
  look: string;
  texts: BarText[];
  /** Where the text stands, from the top of the picture. */
  textY: number;
  href: string;
  words: StretchWords;
  title: string;
}

export interface DrawnLane {
  kind: LaneKind;
  label: string;
  labelY: number;
  y: number;
  height: number;
  bars: Bar[];
}

export interface DrawnDay {
  x: number;
  width: number;
  /** "Mo". */
  weekday: string;
  /** "23". */
  date: string;
  /** "Nov" on the first day of a week or a month. */
  month: string;
  /** "25 h" where the clocks change; else empty. */
  length: string;
  look: string;
}

export interface WeekPicture {
  /** "Mon 23 Nov to Sun 29 Nov". */
  name: string;
  height: number;
  /** Where the lanes begin, and where they end and the words of the chosen bar stand. */
  top: number;
  bottom: number;
  days: DrawnDay[];
  lanes: DrawnLane[];
  /** null where the week has no present in it. */
  nowX: number | null;
}

export interface PictureInput {
  days: readonly CalendarDay[];
  lanes: readonly Lane[];
  names: ReadonlyMap<number, string>;
  /** Theirs are marked; null for nobody's. */
  ownId: number | null;
  /** The schedule's. */
  timeZone: string;
  month: Temporal.PlainYearMonth | null;
  view: Viewpoint;
  /** Stretches to be marked as different from another plan. */
  marked?: readonly { startsAtMs: number; endsAtMs: number }[];
  columns?: Columns;
}

const HEAD = 38;
const LENGTH_LINE = 13;
const LABEL = 17;
const HEIGHTS: Record<LaneKind, number> = {
  final: 34,
  override: 22,
  entry: 22,
  layer: 22,
};
const BETWEEN = 6;
/** For the words of the bar that is pointed at or has the focus. */
const WORDS = 52;
const TONES = 4;
const DAY_MS = 86_400_000;

/** Promises the pictures; where a lane tiles the days, its bars tile each week. */
export function calendarPictures(input: PictureInput): WeekPicture[] {
  const tones = tonesOf(input.lanes);
  const words = wordsOf(input);
  return weeksOf(input.days).map((days) =>
    weekPicture(days, { ...input, tones, words })
  );
}

interface WeekInput extends PictureInput {
  tones: ReadonlyMap<number, number>;
  words(stretch: LaneStretch): StretchWords;
}

function weekPicture(
  days: readonly CalendarDay[],
  input: WeekInput,
): WeekPicture {
  const { fromMs, toMs } = rangeOf(days);
  const { nowMs } = input.view;
  const drawn = days.map((day, index) => drawnDay(day, { index, days, input }));
  const unusual = drawn.some(({ length }) => length !== "");
  const top = HEAD + (unusual ? LENGTH_LINE : 0);
  const lanes: DrawnLane[] = [];
  let y = top;
  for (const lane of input.lanes) {
    const stretches = lane.stretches.filter((one) =>
      one.startsAtMs < toMs && one.endsAtMs > fromMs
    );
    const window = lane.kind === "override" || lane.kind === "entry";
    if (window && stretches.length === 0) continue;
    const labelY = y + LABEL - 4;
    y += lane.label === "" ? 0 : LABEL;
    const height = HEIGHTS[lane.kind];
    const place = { y, height, days, kind: lane.kind, input };
    const bars = stretches.map((one) => barOf(one, place));
    lanes.push({ kind: lane.kind, label: lane.label, labelY, y, height, bars });
    y += height + BETWEEN;
  }
  return {
    name: `${dayName(days[0])} to ${dayName(days.at(-1))}`,
    ...{ top, bottom: y, height: y + WORDS, days: drawn, lanes },
    nowX: nowMs >= fromMs && nowMs < toMs ? xOf(nowMs, days) : null,
  };
}

function barOf(
  stretch: LaneStretch,
  { y, height, days, kind, input }: {
    y: number;
    height: number;
    days: readonly CalendarDay[];
    kind: LaneKind;
    input: WeekInput;
  },
): Bar {
  const x = xOf(stretch.startsAtMs, days);
  const width = round(xOf(stretch.endsAtMs, days) - x);
  const words = input.words(stretch);
  return {
    ...{ x, width, y, height, words },
    textY: y + height / 2 + 4.5,
    look: lookOf(stretch, { kind, input }),
    texts: fitting(textsOf(stretch, input), {
      share: width / 100,
      columns: input.columns ?? 1,
    }),
    href: stretch.href,
    title: oneLine(words),
  };
}

function textsOf(
  { responderIds, count }: LaneStretch,
  { names }: PictureInput,
): string[] {
  if (count > 1) {
    const noun = responderIds.length === 0 ? "gap" : "shift";
    return [counted(count, noun), String(count)];
  }
  return nameTexts(responderIds.map((id) => names.get(id) ?? "Gone"));
}

function lookOf(
  { responderIds, overridden, count, startsAtMs, endsAtMs }: LaneStretch,
  { kind, input }: { kind: LaneKind; input: WeekInput },
): string {
  const { tones, ownId, marked = [], view } = input;
  const [first] = responderIds;
  const different = marked.some((one) =>
    one.startsAtMs < endsAtMs && one.endsAtMs > startsAtMs
  );
  return [
    kind,
    first === undefined
      ? "gap"
      : count > 1
      ? "many"
      : `tone-${tones.get(first) ?? 0}`,
    ...overridden && kind === "final" ? ["over"] : [],
    ...ownId !== null && count === 1 && responderIds.includes(ownId)
      ? ["own"]
      : [],
    ...endsAtMs <= view.nowMs ? ["past"] : [],
    ...different ? ["different"] : [],
  ].join(" ");
}

/** Who comes after whom gets another tone, so that two neighbours are told apart without reading. */
function tonesOf(lanes: readonly Lane[]): Map<number, number> {
  const tones = new Map<number, number>();
  for (const { stretches } of lanes) {
    for (const { responderIds } of stretches) {
      for (const id of responderIds) {
        if (!tones.has(id)) tones.set(id, tones.size % TONES);
      }
    }
  }
  return tones;
}

/** A stretch over several weeks has the same words in each. */
function wordsOf(
  { names, timeZone, view }: PictureInput,
): (stretch: LaneStretch) => StretchWords {
  const known = new Map<LaneStretch, StretchWords>();
  return (stretch) => {
    const there = known.get(stretch);
    if (there) return there;
    const people = stretch.count > 1
      ? [counted(stretch.count, stretch.responderIds.length ? "shift" : "gap")]
      : stretch.responderIds.map((id) =>
        names.get(id) ?? "somebody who is gone"
      );
    const made = calendarWords(stretch, {
      names: people,
      by: stretch.by,
      timeZone,
      view,
    });
    known.set(stretch, made);
    return made;
  };
}

function drawnDay(
  { date, startsAtMs, endsAtMs }: CalendarDay,
  { index, days, input }: {
    index: number;
    days: readonly CalendarDay[];
    input: PictureInput;
  },
): DrawnDay {
  const { month, view } = input;
  const width = 100 / days.length;
  const lengthMs = endsAtMs - startsAtMs;
  const first = index === 0 || date.day === 1;
  const now = view.nowMs >= startsAtMs && view.nowMs < endsAtMs;
  const outside = month !== null && !date.toPlainYearMonth().equals(month);
  return {
    x: round(index * width),
    width: round(width),
    weekday: WEEKDAYS[date.dayOfWeek - 1] ?? "",
    date: String(date.day),
    month: first ? date.toLocaleString("en-GB", { month: "short" }) : "",
    length: lengthMs === DAY_MS ? "" : `${hours(lengthMs)} h`,
    look: [
      "day",
      ...date.dayOfWeek > 5 ? ["weekend"] : [],
      ...now ? ["today"] : [],
      ...outside ? ["outside"] : [],
    ].join(" "),
  };
}

/** "25", or "24.5" in a zone that moves its clock by half an hour. */
function hours(ms: number): string {
  return String(Math.round(ms / 36_000) / 100);
}

function dayName(day: CalendarDay | undefined): string {
  return day?.date.toLocaleString("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
  }) ?? "";
}

const WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
