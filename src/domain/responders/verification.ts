/** Proving that a contact method reaches its person: a code goes out, and whoever has it types it in. */
import type { ChannelKind } from "./people.ts";

const MINUTE_MS = 60_000;

export const VERIFICATION = {
  digits: 6,
  validMinutes: 15,
  tries: 5,
} as const;

/** A code on its way. The code itself is nowhere, only a keyed hash of it. */
export interface PendingVerification {
  contactMethodId: number;
  /** What the code was sent to; it proves nothing about any other. */
  channel: ChannelKind;
  address: string;
  /** Of this code alone, so that equal codes have different hashes. */
  salt: string;
  codeHash: string;
  /** How often a code was typed, right or wrong. */
  tries: number;
  createdAtMs: number;
  expiresAtMs: number;
}

/**
 * Promises six digits, each of the million codes equally likely; null for bytes that a fair choice throws away, when
 * other bytes are to be asked for. Takes the first four.
 */
export function codeFrom(bytes: Uint8Array): string | null {
  const codes = 10 ** VERIFICATION.digits;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const drawn = ((a * 256 + b) * 256 + c) * 256 + d;
  if (drawn >= 2 ** 32 - 2 ** 32 % codes) return null;
  return String(drawn % codes).padStart(VERIFICATION.digits, "0");
}

/** Promises the code in what was typed, blanks and hyphens in it forgiven; null for what cannot be one. */
export function typedCode(text: string): string | null {
  const digits = text.slice(0, 50).replace(/[\s-]/g, "");
  return /^[0-9]{6}$/.test(digits) ? digits : null;
}

/** Promises when a code that is sent now stops being good: at that very instant it is not. */
export function codeExpiresAtMs(nowMs: number): number {
  return nowMs + VERIFICATION.validMinutes * MINUTE_MS;
}

/** Promises whether a code can still be typed. */
export function isPending(
  { tries, expiresAtMs }: Pick<PendingVerification, "tries" | "expiresAtMs">,
  nowMs: number,
): boolean {
  return tries < VERIFICATION.tries && nowMs < expiresAtMs;
}
