/** Which passwords are taken: length counts, composition rules do not (NIST SP 800-63B-4, section 3.1.1.2). */
import { LONGEST_PASSWORD } from "./passwords.ts";
import { invalid } from "../refused_error.ts";

export const SHORTEST_PASSWORD = 12;

// Compared without case, digits at the end, and anything but letters and digits.
const OBVIOUS = [
  "password",
  "passwordpassword",
  "passw0rd",
  "qwerty",
  "qwertyuiop",
  "qwertyqwerty",
  "asdfghjkl",
  "letmein",
  "letmeinplease",
  "iloveyou",
  "welcome",
  "welcometopagerpal",
  "admin",
  "administrator",
  "adminadmin",
  "changeme",
  "changemeplease",
  "changemenow",
  "correcthorsebatterystaple",
  "pagerpal",
  "pagerpalpagerpal",
  "pagerpaladmin",
  "adminpagerpal",
  "default",
  "secret",
  "supersecret",
  "trustno",
];

/** Throws a refusal of the field `field` that says what is wrong with the password, in words; else does nothing. */
export function checkPassword(
  password: string,
  who: { email: string; field: string },
): void {
  const problem = passwordProblem(password, who.email);
  if (problem !== null) throw invalid(who.field, problem);
}

/** Promises what is wrong with the password, a sentence; null when it will do. */
export function passwordProblem(
  password: string,
  email: string,
): string | null {
  if ([...password].length < SHORTEST_PASSWORD) {
    return `The password must have at least ${SHORTEST_PASSWORD} characters.`;
  }
  if (password.length > LONGEST_PASSWORD) {
    return `The password must have at most ${LONGEST_PASSWORD} characters.`;
  }
  const lower = password.toLowerCase();
  const mailbox = email.toLowerCase().split("@")[0] ?? "";
  if (
    lower.includes(email.toLowerCase()) ||
    (mailbox.length >= 4 && lower.includes(mailbox))
  ) {
    return "The password must not contain the e-mail address.";
  }
  if (isObvious(lower)) {
    return "This password is too easy to guess. Choose several words that do not belong together.";
  }
  return null;
}

function isObvious(lower: string): boolean {
  if (new Set(lower).size <= 3) return true;
  if ("01234567890123456789".includes(lower.slice(0, 10))) {
    return /^\d+$/.test(lower);
  }
  const letters = lower.replace(/[^a-z0-9]/g, "");
  return OBVIOUS.includes(letters) ||
    OBVIOUS.includes(letters.replace(/\d+$/, ""));
}
