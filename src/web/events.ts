/** The stream that keeps pages alive: it says that something changed, and the page asks for itself again. */
import { streamSSE } from "hono/streaming";
import type { EdgeContext } from "../http/edge_env.ts";
import { overloaded } from "../http/read_body.ts";
import type { Routes } from "../http/routes.ts";
import type { WebDeps } from "./deps.ts";
import { sessionAuthenticator } from "./accounts/session_authenticator.ts";

/** A proxy closes what is silent for long; the session is looked at again each time. */
const HEARTBEAT_MS = 20_000;
const MOST_STREAMS = 2_000;

/** Adds `GET /events?seen={marker}`: server-sent events `changed`, and `ended` when the login is over. */
export function addEvents(routes: Routes, deps: WebDeps): void {
  const authenticate = sessionAuthenticator(deps);
  let streams = 0;
  let counted: { marker: string; open: Promise<number> } | null = null;

  /** Counts once for all streams. */
  function countAt(marker: string): Promise<number> {
    if (counted?.marker !== marker) {
      const open = deps.store.incidents.countOpen();
      open.catch(() => counted = null);
      counted = { marker, open };
    }
    return counted.open;
  }

  routes.page("/events", "viewer", (c: EdgeContext) => {
    if (streams >= MOST_STREAMS) throw overloaded();
    streams++;
    // A compressor in between would hold the events back.
    c.header("Cache-Control", "no-store, no-transform");
    c.header("X-Accel-Buffering", "no");
    return streamSSE(c, async (stream) => {
      const over = Promise.withResolvers<void>();
      let last = c.req.header("last-event-id") ?? c.req.query("seen") ?? "";
      const tell = async (marker: string | null) => {
        if (marker === null) return over.resolve();
        if (marker === last) return;
        last = marker;
        const open = await countAt(marker);
        await stream.writeSSE({
          event: "changed",
          id: marker,
          data: JSON.stringify({ open }),
        });
      };
      const unsubscribe = deps.changes.subscribe((marker) =>
        void tell(marker).catch(() => over.resolve())
      );
      const heartbeat = setInterval(async () => {
        // A database that does not answer says nothing about a login.
        const who = await authenticate(c).catch(() => null);
        if (who === "absent" || who === "wrong") {
          await stream.writeSSE({ event: "ended", data: "" });
          return over.resolve();
        }
        await stream.write(": still here\n\n");
      }, HEARTBEAT_MS);
      stream.onAbort(() => over.resolve());
      try {
        // What happened between the drawing of the page and now.
        await tell(await deps.changes.marker());
        await over.promise;
      } finally {
        clearInterval(heartbeat);
        unsubscribe();
        streams--;
      }
    });
  });
}
