/** The one table from what went wrong to what is answered. */
import { getLogger } from "@logtape/logtape";
import { HTTPException } from "hono/http-exception";
import { unavailableWords } from "../app/database_health.ts";
import { type RefusalKind, RefusedError } from "../app/refused_error.ts";
import { StoreConflictError, StoreUnavailableError } from "../ports/store.ts";
import { conflictField } from "./conflict_field.ts";
import { Problem, type ProblemMore, retryAfter } from "./problem.ts";

const log = getLogger(["pagerpal", "http"]);

const STATUS_OF: Record<RefusalKind, Problem["status"]> = {
  not_found: 404,
  conflict: 409,
  invalid: 422,
  forbidden: 403,
  throttled: 429,
  busy: 503,
};

/** Promises a problem for anything that was thrown. What is not foreseen is logged with the request id and not shown. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RefusedError) return refused(error);
  if (error instanceof StoreConflictError) return conflict(error);
  if (error instanceof StoreUnavailableError) {
    log.warn("The database is not available", { request_id: requestId, error });
    return new Problem(
      503,
      "database_unavailable",
      `${unavailableWords(error.reason)} Try again in a few seconds.`,
      { headers: retryAfter(5_000) },
    );
  }
  if (error instanceof HTTPException) return fromHono(error);
  log.error("A request failed in a way that nobody foresaw", {
    request_id: requestId,
    error,
  });
  return new Problem(
    500,
    "internal_error",
    `Something went wrong on our side. The log has it under request id ${requestId}.`,
  );
}

function refused(error: RefusedError): Problem {
  const { field, retryAfterMs, dependents } = error.detail;
  const more: ProblemMore = {};
  if (field !== undefined) {
    more.errors = [{ field, message: error.message, code: error.code }];
  }
  if (retryAfterMs !== undefined) more.headers = retryAfter(retryAfterMs);
  if (dependents !== undefined) more.dependents = dependents;
  return new Problem(STATUS_OF[error.kind], error.code, error.message, more);
}

function conflict(error: StoreConflictError): Problem {
  if (error.reason === "foreign_key") {
    return new Problem(
      409,
      "still_referenced",
      "Other records refer to this one, or it refers to one that is gone.",
    );
  }
  const field = conflictField(error.constraint);
  const message = field === null
    ? "Another record has this value already."
    : `Another record has this ${field.replaceAll("_", " ")} already.`;
  const errors = field === null ? [] : [{ field, message, code: "taken" }];
  return new Problem(409, "already_exists", message, { errors });
}

/** Hono's own refusals: a body that is not JSON, a media type that the route does not take. */
function fromHono(error: HTTPException): Problem {
  switch (error.status) {
    case 400:
      return new Problem(
        400,
        "malformed_json",
        "The body is not valid JSON.",
      );
    case 415:
      return new Problem(
        415,
        "unsupported_media_type",
        "Send the body as JSON, with the header Content-Type: application/json.",
      );
    default:
      return new Problem(error.status, "refused", "The request was refused.");
  }
}
