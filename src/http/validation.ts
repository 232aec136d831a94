/** What a failed validation answers. */
import type { z } from "@hono/zod-openapi";
import { fieldWords } from "./field_words.ts";
import { type FieldError, Problem } from "./problem.ts";

const MOST_ERRORS = 50;

/** Where the value came from, in Hono's words. */
type Target = string;

/**
 * Promises the problem for a value that its schema refuses: 404 where the path names nothing that can exist (an id that
 * is no number), else 422 with every wrong field.
 */
export function validationProblem(target: Target, error: z.ZodError): Problem {
  if (target === "param") {
    return new Problem(404, "not_found", "There is nothing at this address.");
  }
  const errors = error.issues.slice(0, MOST_ERRORS).map(fieldError);
  const where = target === "json" ? "body" : target;
  const list = [...new Set(errors.map((e) => e.field || where))].join(", ");
  return new Problem(
    422,
    "validation_failed",
    `The ${where} is not valid: ${list.slice(0, 300)}.`,
    { errors },
  );
}

function fieldError(issue: z.core.$ZodIssue): FieldError {
  return {
    field: issue.path.map(String).join(".").slice(0, 200),
    message: fieldWords(issue).slice(0, 500),
    code: issue.code,
  };
}
