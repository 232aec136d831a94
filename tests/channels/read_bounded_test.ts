import assert from "node:assert/strict";
import { readBounded } from "../../src/channels/read_bounded.ts";

const KIB = 1024;

/** Promises what is read of a body that a server has sent. */
async function fetched(body: BodyInit | null): Promise<string> {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(body),
  );
  return await readBounded(
    await fetch(`http://127.0.0.1:${server.addr.port}/`),
  );
}

Deno.test("a body of exactly 64 KiB is read whole, a longer one not at all", async () => {
  const most = "x".repeat(64 * KIB);
  assert.equal(await fetched(most), most);
  assert.equal(await fetched(`${most}x`), "");
  assert.equal(await readBounded(new Response(most)), most);
  assert.equal(await readBounded(new Response(`${most}x`)), "");
});

Deno.test("characters that lie across the ends of buffers are whole", async () => {
  const text = "a" + "ü€😀".repeat(3 * KIB);
  assert.equal(await fetched(text), text);
});

Deno.test("nothing is read of no body and of an empty one", async () => {
  assert.equal(await readBounded(new Response(null)), "");
  assert.equal(await fetched(null), "");
  assert.equal(await fetched(""), "");
});

Deno.test("a server that would never end is left after 64 KiB", async () => {
  const left = Promise.withResolvers<void>();
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(KIB)),
    cancel: () => left.resolve(),
  });
  assert.equal(await fetched(endless), "");
  await left.promise;
});
