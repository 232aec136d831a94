/**
 * The stand-in provider, a process of its own, so that its thread waits for nobody else's. Writes the address that pages
 * are sent to and the one where it is told how to answer next and asked what has arrived.
 */
import { FakeInfobip, type InfobipAnswer } from "../../tests/fakes/infobip.ts";
import type { Arrival } from "./provider_process.ts";

const infobip = await FakeInfobip.start();
/** How many requests there are when it is well again. */
let wellAgainAt = 0;

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => {
    const controlUrl = `http://127.0.0.1:${port}`;
    console.log(JSON.stringify({ baseUrl: infobip.baseUrl, controlUrl }));
  },
}, async (request) => {
  if (request.method === "POST") {
    // While nobody sends, as in a stop of the only process, troubles do not add up to a provider that is down for minutes.
    if (infobip.requests.length >= wellAgainAt) {
      const answers: InfobipAnswer[] = await request.json();
      wellAgainAt = infobip.requests.length + answers.length;
      infobip.answerNext(...answers);
    }
    return new Response();
  }
  return Response.json(
    infobip.requests.map(({ atMs, messageId, taken, answer }): Arrival => ({
      ...{ atMs, messageId, taken, answer },
    })),
  );
});
