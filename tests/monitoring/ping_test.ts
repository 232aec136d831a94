import assert from "node:assert/strict";
import { createPing } from "../../src/monitoring/ping.ts";

type Answer = number | "hang" | "reset";

/** A dead-man's switch on this machine that answers as told, and a ping to it. */
async function withSwitch(
  answers: Answer[],
  body: (
    ping: () => Promise<string | null>,
    seen: { count: number; stop: AbortController },
  ) => Promise<void>,
  timeLimitMs?: number,
): Promise<void> {
  const seen = { count: 0, stop: new AbortController() };
  const hanging = Promise.withResolvers<Response>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => {
      const answer = answers[Math.min(seen.count++, answers.length - 1)];
      if (answer === "hang") return hanging.promise;
      if (answer === "reset") throw new Error("no answer");
      return new Response("OK", { status: answer ?? 200 });
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/ping/secret-word`;
  const ping = createPing({
    ...{ url, fetch, stopping: seen.stop.signal, pauseMs: 1 },
    ...timeLimitMs === undefined ? {} : { timeLimitMs },
  });
  try {
    await body(ping, seen);
  } finally {
    hanging.resolve(new Response());
    await server.shutdown();
  }
}

Deno.test("a ping that is answered asks once", async () => {
  await withSwitch([200], async (ping, seen) => {
    assert.equal(await ping(), null);
    assert.equal(seen.count, 1);
  });
});

Deno.test("a ping is tried again after a failure, three times at most", async () => {
  await withSwitch([500, 200], async (ping, seen) => {
    assert.equal(await ping(), null);
    assert.equal(seen.count, 2);
  });
  await withSwitch([503], async (ping, seen) => {
    assert.equal(await ping(), "it answered 503");
    assert.equal(seen.count, 3);
  });
});

Deno.test("an address that is refused is not asked again", async () => {
  await withSwitch([404], async (ping, seen) => {
    assert.equal(await ping(), "it answered 404");
    assert.equal(seen.count, 1);
  });
});

Deno.test("a switch that hangs is given up each time", async () => {
  await withSwitch(["hang"], async (ping, seen) => {
    assert.equal(await ping(), "no answer");
    assert.equal(seen.count, 3);
  }, 500);
});

Deno.test("a ping ends with the process, and is not tried again", async () => {
  await withSwitch(["hang"], async (ping, seen) => {
    const pinging = ping();
    seen.stop.abort();
    assert.equal(await pinging, "no answer");
    assert.ok(seen.count <= 1);
  });
});

Deno.test("nobody at the address: what is said does not name it", async () => {
  const failing = () =>
    Promise.reject(new TypeError("error sending request for http://secret/"));
  const ping = createPing({
    ...{ url: "http://secret/", fetch: failing, pauseMs: 1 },
    stopping: new AbortController().signal,
  });
  assert.equal(await ping(), "no answer");
});
