/**
 * The stand-in provider of the production smoke test: Infobip as the tests know it, on port 8080, and on port 8081 what
 * has arrived there. While held, it takes messages and keeps their senders waiting for the answer.
 */
import { FakeInfobip } from "../../tests/fakes/infobip.ts";
import type { ArrivedPage } from "./provider_pages.ts";

const infobip = await FakeInfobip.start({
  apiKey: Deno.env.get("INFOBIP_API_KEY") ?? "",
  hostname: "0.0.0.0",
  port: 8080,
});

Deno.serve({ port: 8081 }, (request) => {
  const { pathname, searchParams } = new URL(request.url);
  switch (`${request.method} ${pathname}`) {
    case "GET /pages":
      return Response.json(infobip.requests.map(
        ({ to, text, taken }): ArrivedPage => ({ to, text, taken }),
      ));
    case "POST /hold":
      hold(Number(searchParams.get("ms")));
      return new Response(null, { status: 204 });
    default:
      return new Response(null, { status: 404 });
  }
});

function hold(ms: number): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  infobip.answerAlways({ acceptAfter: promise });
  setTimeout(() => {
    infobip.answerAlways("accept");
    resolve();
  }, ms);
}
