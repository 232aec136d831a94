/** The files of static/assets, served from our own origin. */
import { Hono } from "hono";
import { serveStatic } from "hono/deno";

/** Promises `GET /assets/*`; browsers ask again after an hour, so that an upgrade shows. */
export function assetRoutes(directory: string): Hono {
  return new Hono().get(
    "/assets/*",
    serveStatic({
      root: directory,
      rewriteRequestPath: (path) => path.slice("/assets".length),
      onFound: (_path, c) => c.header("Cache-Control", "public, max-age=3600"),
    }),
  );
}
