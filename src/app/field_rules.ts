/** What a value written by a person must be, wherever it comes in: the JSON API and the forms ask the same. */
import { z } from "zod";

const CONTROLS = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/u;
const CONTROLS_BUT_BREAKS = /(?![\n\r\t])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/u;

/** One line of text without control characters, trimmed, not empty. */
export function line(longest: number) {
  return z.string().trim().min(1, "Must not be empty.")
    .max(longest, `At most ${longest} characters.`)
    .refine(isWellFormed, "Must be well-formed Unicode.")
    .refine(hasNoControls, "Must not hold control characters.");
}

/** Text with line breaks, may be empty. */
export function text(longest: number) {
  return z.string().trim().max(longest, `At most ${longest} characters.`)
    .refine(isWellFormed, "Must be well-formed Unicode.")
    .refine(
      (value) => !CONTROLS_BUT_BREAKS.test(value),
      "Must not hold control characters.",
    );
}

/** An e-mail address, as an addr-spec of at most 254 characters. */
export function emailAddress() {
  return z.email("An e-mail address, as maya@example.com.")
    .max(254, "At most 254 characters.");
}

/** An IANA time zone that this runtime knows. */
export function timeZoneName() {
  return z.string().max(64)
    .refine(isTimeZone, "An IANA time zone, as Europe/London.");
}

export function isWellFormed(value: string): boolean {
  return value.isWellFormed();
}

/** Promises whether the text holds neither control characters nor bidirectional overrides. */
export function hasNoControls(value: string): boolean {
  return !CONTROLS.test(value);
}

function isTimeZone(value: string): boolean {
  // Temporal also takes offsets and any case; a zone is a name in its own spelling.
  if (!/^[A-Za-z]/.test(value)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: value })
      .resolvedOptions();
    return timeZone.length > 0;
  } catch {
    return false;
  }
}
