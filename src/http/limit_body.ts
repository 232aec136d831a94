/** Puts a request's body within bounds before anything parses it. */
import type { MiddlewareHandler } from "hono";
import type { EdgeEnv } from "./edge_env.ts";
import { type BodyLimits, readBody } from "./read_body.ts";

/** Reads the whole body, within the limits, and hands on a request that holds it in memory. */
export function limitBody(limits: BodyLimits): MiddlewareHandler<EdgeEnv> {
  return async (c, next) => {
    const held = await readBody(c.req.raw, limits);
    const { bytes } = held;
    const { method, headers, url } = c.req.raw;
    c.req.raw = new Request(url, {
      method,
      headers,
      body: bytes.length > 0 ? bytes as Uint8Array<ArrayBuffer> : null,
    });
    try {
      await next();
    } finally {
      held.release();
    }
  };
}
