/** What is wrong with a field, for the person who filled it in. A rule that has words of its own keeps them. */
import type { z } from "@hono/zod-openapi";

/** Promises a sentence on what is allowed; undefined leaves it to the library. */
export function issueWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "too_small":
      return issue.origin === "array"
        ? "At least one is needed."
        : issue.origin === "string"
        ? "Must not be empty."
        : `At least ${issue.minimum}.`;
    case "too_big":
      return issue.origin === "string"
        ? `At most ${issue.maximum} characters.`
        : `At most ${issue.maximum}.`;
    case "invalid_type":
      if (issue.expected === "int") return "A whole number.";
      return issue.expected === "number" ? "A number." : "Needed.";
    case "invalid_value":
      return "Choose one of the list.";
    default:
      return undefined;
  }
}
