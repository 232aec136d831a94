/** What every form of a record reads: the id, the row and the fields. */
import type { z } from "@hono/zod-openapi";
import type { EdgeContext } from "../http/edge_env.ts";
import { Problem } from "../http/problem.ts";
import { validationProblem } from "../http/validation.ts";
import { issueWords } from "./view/issue_words.ts";

/** Promises the id in the path; throws 404 for what cannot be one. */
export function pathId(c: EdgeContext, name = "id"): number {
  const text = c.req.param(name) ?? "";
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Problem(404, "not_found", "There is nothing at this address.");
}

/** Promises the row; throws 404 where there is none, as "There is no such schedule." */
export function found<T>(row: T | null, noun: string): T {
  if (row !== null) return row;
  throw new Problem(404, "not_found", `There is no such ${noun}.`);
}

/** Promises what the schema makes of the input; throws a refusal with a sentence for each wrong field. */
export function parseFields<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input, { error: issueWords });
  if (parsed.success) return parsed.data;
  throw validationProblem("form", parsed.error);
}
