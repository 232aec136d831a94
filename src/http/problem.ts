/** Errors as the edge answers them: RFC 9457 problem documents with a stable code. */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { STATUS_TEXT } from "./status_text.ts";

/** One wrong field: where it is (`steps.0.delay_minutes`), a sentence, a code for machines. */
export interface FieldError {
  field: string;
  message: string;
  code: string;
}

export interface ProblemMore {
  errors?: FieldError[];
  headers?: Record<string, string>;
  dependents?: { kind: string; id: number; name: string }[];
}

/** Thrown by the edge itself. `code` is stable; the message is shown, so it holds no secret and nothing internal. */
export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    readonly status: ContentfulStatusCode,
    readonly code: string,
    message: string,
    readonly more: ProblemMore = {},
  ) {
    super(message);
  }
}

/** Promises the answer; `Retry-After` and the like come from `problem.more.headers`. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const { errors, dependents, headers } = problem.more;
  const document = {
    type: "about:blank",
    title: STATUS_TEXT[problem.status] ?? "Error",
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    request_id: requestId,
    ...(errors === undefined ? {} : { errors }),
    ...(dependents === undefined ? {} : { dependents }),
  };
  return new Response(JSON.stringify(document), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...headers,
    },
  });
}

/** Promises whole seconds, at least 1, as `Retry-After` wants them (RFC 9110, section 10.2.3). */
export function retryAfter(retryAfterMs: number): Record<string, string> {
  return { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
}
