/** One id per request, in the answer and in every log line about it. */
import type { MiddlewareHandler } from "hono";
import type { NewId } from "../ports/clock.ts";
import type { EdgeEnv } from "./edge_env.ts";

const ACCEPTABLE = /^[A-Za-z0-9._-]{1,128}$/;

/** Takes the sender's `X-Request-ID` where it is harmless in a log, else makes one; answers it back. */
export function requestId(newId: NewId): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const theirs = c.req.header("x-request-id") ?? "";
    const id = ACCEPTABLE.test(theirs) ? theirs : newId();
    c.set("requestId", id);
    await next();
    // Not by c.header(), which after an answer makes another one of it.
    c.res.headers.set("X-Request-ID", id);
  };
}
