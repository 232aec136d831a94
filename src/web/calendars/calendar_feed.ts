/** The address that calendar programs read shifts at. */
import { serveFeed } from "../../app/calendars/serve_feed.ts";
import type { EdgeContext } from "../../http/edge_env.ts";
import { Problem } from "../../http/problem.ts";
import type { Routes } from "../../http/routes.ts";
import type { WebDeps } from "../deps.ts";

/** Adds `GET /ical/{token}.ics`. The token is all the login there is: such programs know no other. */
export function addCalendarFeed(routes: Routes, deps: WebDeps): void {
  const { store, clock, config } = deps;
  routes.page("/ical/{file}", "public", async (c: EdgeContext) => {
    const token = (c.req.param("file") ?? "").replace(/\.ics$/, "");
    const feed = await serveFeed(
      { store, clock, baseUrl: config.baseUrl },
      token,
    );
    if (!feed) {
      throw new Problem(404, "not_found", "There is nothing at this address.");
    }
    const headers = {
      "ETag": feed.etag,
      "Last-Modified": new Date(feed.changedAtMs).toUTCString(),
      // The next look asks again; a shared cache must not keep what a secret address gave.
      "Cache-Control": "private, no-cache",
      "X-Robots-Tag": "noindex",
    };
    if (isKnown(c.req.header("if-none-match"), feed.etag)) {
      return c.body(null, 304, headers);
    }
    return c.body(feed.text, 200, {
      ...headers,
      "Content-Type": "text/calendar; charset=utf-8",
      "Content-Disposition": `inline; filename="${feed.fileName}"`,
    });
  });
}

/** RFC 9110, section 13.1.2: compared weakly, since a compressed answer has a weak one. */
function isKnown(header: string | undefined, etag: string): boolean {
  return (header ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""))
    .some((one) => one === etag || one === "*");
}
