/** One step of a policy while it is being written. */
import { SEVERITIES } from "../../../domain/intake/alert.ts";
import {
  type EscalationStep,
  POLICY_LIMITS,
} from "../../../domain/policies/escalation_policy.ts";
import type { Form } from "../../form.ts";
import { hoursLines, windowsOfLine } from "../business_hours.ts";
import { targetValue } from "./target_names.ts";
import { typedNumber } from "../typed_number.ts";

/** On these days, from this time to that; an end at or before the beginning is on the next day. */
export interface DraftLine {
  /** "1" is Monday. */
  days: string[];
  from: string;
  to: string;
}

export interface DraftStep {
  delay_minutes: string;
  /** As `schedule:3`; empty where nothing is chosen yet. */
  targets: string[];
  round_robin: boolean;
  severities: string[];
  hours: {
    /** `during`, `outside`, or empty for any time: the lines then only wait to be used. */
    mode: string;
    time_zone: string;
    lines: DraftLine[];
  };
}

/** As many as have days enough for the windows that a step may have. */
export const MOST_LINES = POLICY_LIMITS.windowsPerStep / 7;

const WORKING_WEEK: DraftLine = {
  days: ["1", "2", "3", "4", "5"],
  from: "09:00",
  to: "17:00",
};

/** Promises a step that pages nobody yet, its hours ready to be switched on. */
export function newStep(timeZone: string): DraftStep {
  return {
    delay_minutes: "5",
    targets: [""],
    round_robin: false,
    severities: [],
    hours: { mode: "", time_zone: timeZone, lines: [WORKING_WEEK] },
  };
}

/** Promises the draft of a step that is there; `timeZone` is for hours that it may be given. */
export function draftOfStep(
  { delayMinutes, targets, roundRobin, severities, businessHours }:
    EscalationStep,
  timeZone: string,
): DraftStep {
  return {
    delay_minutes: String(delayMinutes),
    targets: targets.map(targetValue),
    round_robin: roundRobin,
    severities,
    hours: businessHours === null ? newStep(timeZone).hours : {
      mode: businessHours.mode,
      time_zone: businessHours.timeZone,
      lines: hoursLines(businessHours.windows)
        .map((line) => ({ ...line, days: line.days.map(String) })),
    },
  };
}

/** Promises what was typed of the step whose fields begin with `at`. */
export function readStep(form: Form, at: string): DraftStep {
  return {
    delay_minutes: form.text(`${at}.delay_minutes`),
    targets: readList(form, `${at}.targets`),
    round_robin: form.has(`${at}.round_robin`),
    severities: SEVERITIES.filter((one) => form.has(`${at}.severities.${one}`)),
    hours: {
      mode: form.text(`${at}.hours.mode`),
      time_zone: form.text(`${at}.hours.time_zone`),
      lines: readLines(form, `${at}.hours`),
    },
  };
}

/** Promises the values of `name.0`, `name.1` and so on, as many as a step may have targets. */
export function readList(form: Form, name: string): string[] {
  const values: string[] = [];
  while (
    values.length < POLICY_LIMITS.targetsPerStep &&
    form.has(`${name}.${values.length}`)
  ) {
    values.push(form.text(`${name}.${values.length}`));
  }
  return values;
}

function readLines(form: Form, name: string): DraftLine[] {
  const lines: DraftLine[] = [];
  // Times come with every line, ticked days need not.
  while (
    lines.length < POLICY_LIMITS.windowsPerStep &&
    form.has(`${name}.${lines.length}.from`)
  ) {
    const at = `${name}.${lines.length}`;
    lines.push({
      days: ["1", "2", "3", "4", "5", "6", "7"]
        .filter((day) => form.has(`${at}.day${day}`)),
      from: form.text(`${at}.from`),
      to: form.text(`${at}.to`),
    });
  }
  return lines;
}

/** Promises the step as the rules of a policy read it; what is no number is NaN, what is not chosen has no type. */
export function stepInput(step: DraftStep): Record<string, unknown> {
  return {
    delay_minutes: typedNumber(step.delay_minutes) ?? NaN,
    targets: step.targets.map(targetInput),
    round_robin: step.round_robin,
    severities: step.severities,
    business_hours: step.hours.mode === "" ? null : hoursInput(step.hours),
  };
}

/** Promises a target as the rules of a policy read it. */
export function targetInput(value: string) {
  const [type, id] = value.split(":");
  return { type, id: Number(id) };
}

function hoursInput({ mode, time_zone, lines }: DraftStep["hours"]) {
  const windows = lines.flatMap(({ days, from, to }) =>
    windowsOfLine({ days: days.map(Number), from, to })
  );
  return {
    mode,
    time_zone,
    windows: windows.map((own) => ({
      from_day: own.fromDay,
      from_time: own.fromTime,
      to_day: own.toDay,
      to_time: own.toTime,
    })),
  };
}
