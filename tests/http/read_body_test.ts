import assert from "node:assert/strict";
import { Problem } from "../../src/http/problem.ts";
import { BodyBudget, decodeText, readBody } from "../../src/http/read_body.ts";

const KIB = 1024;

/** A body that is made as it is read, and tells how much was asked for. */
function endless(chunk: number) {
  const told = { pulled: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      told.pulled += chunk;
      controller.enqueue(new Uint8Array(chunk));
    },
    cancel() {
      told.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { told, body };
}

function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("http://x/", { method: "POST", body, headers });
}

function limits(
  bytes: number,
  more: { budget?: BodyBudget; withinMs?: number } = {},
) {
  return {
    bytes,
    withinMs: 10_000,
    budget: new BodyBudget(10 * KIB * KIB),
    ...more,
  };
}

function problem(status: number, code: string) {
  return (error: unknown) =>
    error instanceof Problem && error.status === status && error.code === code;
}

Deno.test("a body of exactly the limit is taken whole", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(4 * KIB));
  const { bytes: read } = await readBody(post(bytes), limits(4 * KIB));
  assert.deepEqual(read, bytes);
});

Deno.test("a body without end is refused after no more than the limit and one chunk", async () => {
  const { told, body } = endless(KIB);
  await assert.rejects(
    readBody(post(body), limits(8 * KIB)),
    problem(413, "body_too_large"),
  );
  assert.ok(told.pulled <= 9 * KIB, `pulled ${told.pulled}`);
  assert.ok(told.cancelled);
});

Deno.test("a body that declares too much is refused without being read", async () => {
  const { told, body } = endless(KIB);
  await assert.rejects(
    readBody(
      post(body, { "content-length": String(9 * KIB) }),
      limits(8 * KIB),
    ),
    problem(413, "body_too_large"),
  );
  assert.equal(told.pulled, 0);
});

Deno.test("a body that declares too little is counted all the same", async () => {
  const { body } = endless(KIB);
  await assert.rejects(
    readBody(post(body, { "content-length": "10" }), limits(8 * KIB)),
    problem(413, "body_too_large"),
  );
});

Deno.test("a process that holds too many bytes already sheds with 503, and recovers", async () => {
  const budget = new BodyBudget(6 * KIB);
  const body = new Uint8Array(4 * KIB);
  assert.ok(budget.take(4 * KIB));
  await assert.rejects(
    readBody(post(body), limits(8 * KIB, { budget })),
    problem(503, "overloaded"),
  );
  budget.give(4 * KIB);
  const held = await readBody(post(body), limits(8 * KIB, { budget }));
  assert.ok(!budget.take(4 * KIB), "the body counts as long as it is held");
  held.release();
  assert.ok(budget.take(6 * KIB), "every byte was given back");
});

Deno.test("a sender that never finishes is answered 408", async () => {
  const silent = new ReadableStream<Uint8Array>({
    pull: () => new Promise(() => {}),
  });
  await assert.rejects(
    readBody(post(silent), limits(8 * KIB, { withinMs: 1 })),
    problem(408, "body_too_slow"),
  );
});

Deno.test("bytes that are not UTF-8 become replacement characters, and a byte order mark goes", () => {
  assert.equal(decodeText(Uint8Array.of(0xff, 0x41, 0xc3)), "\ufffdA\ufffd");
  assert.equal(decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b)), "{");
});
