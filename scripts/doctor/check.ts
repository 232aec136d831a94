/** What a check is, and what it says. */
import type { VariableName } from "../../src/config/variables.ts";
import type { Patient } from "./patient.ts";

/** `skipped`: nobody looked, and the line says why. */
export type Grade = "ok" | "warn" | "fail" | "skipped";

/** One thing that was found. */
export interface Line {
  grade: Grade;
  /** A sentence. */
  message: string;
  /** How to mend it, a sentence; null where nothing is to be done. */
  remedy: string | null;
}

export interface Check {
  /** Letters and underscores; the name by which programs know it. */
  name: string;
  /** As people see it. */
  title: string;
  /** It is skipped where one of these settings is wrong. */
  settings?: readonly VariableName[];
  /** It is skipped where one of these checks, which come before it, has failed or was skipped. */
  after?: readonly string[];
  /** After so long it has failed, milliseconds, and its signal aborts. */
  limitMs: number;
  /** Promises at least one line. What it throws is a failure of its own and of no other check. */
  run(patient: Patient, signal: AbortSignal): Promise<Line[]>;
}

/** Promises a line about what is well. */
export function ok(message: string): Line {
  return { grade: "ok", message, remedy: null };
}

/** Promises a line about what should be mended, and keeps nobody from being paged. */
export function warn(message: string, remedy: string): Line {
  return { grade: "warn", message, remedy };
}

/** Promises a line about what keeps somebody from being paged, or may do so at any time. */
export function fail(message: string, remedy: string): Line {
  return { grade: "fail", message, remedy };
}

/** Promises a line about what was not looked at. */
export function skipped(message: string, remedy: string | null = null): Line {
  return { grade: "skipped", message, remedy };
}
