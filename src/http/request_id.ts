/** One id per request, in the answer and in every log line about it. */
import type { NewId } from "../ports/clock.ts";
import type { EdgeContext } from "./edge_env.ts";

const ACCEPTABLE = /^[A-Za-z0-9._-]{1,128}$/;

/** Promises the sender's `X-Request-ID` where it is harmless in a log, else a new id. */
export function requestIdOf(c: EdgeContext, newId: NewId): string {
  const theirs = c.req.header("x-request-id") ?? "";
  return ACCEPTABLE.test(theirs) ? theirs : newId();
}
