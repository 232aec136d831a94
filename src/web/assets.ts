/** The files of static/assets, served from our own origin. */
import { serveStatic } from "hono/deno";
import type { Routes } from "../http/routes.ts";

/** Adds `GET /assets/{file}`; browsers ask again after an hour, so that an upgrade shows. */
export function addAssets(routes: Routes, directory: string): void {
  routes.page(
    "/assets/{file}",
    "public",
    serveStatic({
      root: directory,
      rewriteRequestPath: (path) => path.slice("/assets".length),
      onFound: (_path, c) => c.header("Cache-Control", "public, max-age=3600"),
    }),
  );
}
