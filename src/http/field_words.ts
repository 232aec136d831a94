/** What is wrong with a field, for whoever wrote the request: that it is missing, or what is allowed. */
import type { z } from "@hono/zod-openapi";

type Issue = z.core.$ZodIssue;

/** How the library's own sentences begin; a rule of ours that has words of its own keeps them. */
const BY_LIBRARY =
  /^(Invalid (input|option|string|number): |Too (small|big): |Unrecognized key|Invalid discriminator )/;

const KINDS: Record<string, string> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** Promises a sentence on what is allowed. */
export function fieldWords(issue: Issue): string {
  if (!BY_LIBRARY.test(issue.message)) return issue.message;
  return sentence(issue) ?? issue.message;
}

function sentence(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type": {
      const kind = KINDS[issue.expected] ?? issue.expected;
      // The issue itself does not hold what was there.
      const isMissing = issue.message.endsWith("received undefined");
      return isMissing ? `Is missing: must be ${kind}.` : `Must be ${kind}.`;
    }
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union":
      return "options" in issue ? oneOf(issue.options) : undefined;
    case "too_small":
      return `Must be at least ${issue.minimum}${unitOf(issue.origin)}.`;
    case "too_big":
      return `Must be at most ${issue.maximum}${unitOf(issue.origin)}.`;
    case "not_multiple_of":
      return `Must be a multiple of ${issue.divisor}.`;
    case "unrecognized_keys":
      return `Has no ${issue.keys.join(", ")}.`;
    default:
      return undefined;
  }
}

function oneOf(values: readonly unknown[]): string {
  const all = values.map(String).join(", ");
  return values.length === 1 ? `Must be ${all}.` : `Must be one of ${all}.`;
}

function unitOf(origin: string): string {
  return origin === "string"
    ? " characters long"
    : origin === "array"
    ? " long"
    : "";
}
