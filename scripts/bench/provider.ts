/**
 * The stand-in provider, a process of its own: takes every POST as a page, answers after a delay, and tells on /bench/
 * what has arrived and when. Its one argument is the address of the module that reads the pages.
 */
import type { Arrivals } from "./provider_process.ts";
import type { PageFormat } from "./target.ts";

const [address = ""] = Deno.args;
const { pageFormat }: { pageFormat: PageFormat } = await import(address);

let delayMs = 0;
let arrivals: Arrivals = empty();

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  const path = request.url.slice(request.url.indexOf("/", 8));
  if (path.startsWith("/bench/")) return answer(new URL(request.url));
  const atMs = performance.timeOrigin + performance.now();
  const { page, answer: text } = pageFormat.read(await request.text());
  arrivals.pages.push([page.to, page.alert, page.incidents, atMs]);
  arrivals.incidents += page.incidents;
  if (delayMs > 0) await new Promise((go) => setTimeout(go, delayMs));
  return new Response(text, JSON_HEADERS);
});

const JSON_HEADERS = { headers: { "content-type": "application/json" } };

function answer({ pathname, searchParams }: URL): Response {
  switch (pathname) {
    case "/bench/delay":
      delayMs = Number(searchParams.get("ms"));
      return new Response("ok");
    case "/bench/forget":
      arrivals = empty();
      return new Response("ok");
    case "/bench/count": {
      const { pages, incidents } = arrivals;
      return Response.json({ pages: pages.length, incidents });
    }
    case "/bench/arrivals":
      return Response.json(arrivals);
    default:
      // The trivial server against which the load generator is tried.
      return new Response("ok");
  }
}

function empty(): Arrivals {
  return { pages: [], incidents: 0 };
}
