import assert from "node:assert/strict";
import { createSigningCertificates } from "../../src/sources/sns_certificates.ts";
import { CERT_URL, fakeFetch, SAMPLE_CERT } from "./fake_aws.ts";
import { NOW_MS } from "./fixture.ts";

const DAY_MS = 86_400_000;
const asker = (nowMs = NOW_MS, sourceId = 1) => ({ sourceId, nowMs });
const url = (name: number | string) =>
  `https://sns.eu-central-1.amazonaws.com/${name}.pem`;

Deno.test("a certificate is fetched once, then kept for a day", async () => {
  const aws = fakeFetch(() => new Response(SAMPLE_CERT));
  const certificates = createSigningCertificates(aws.fetch);
  for (const nowMs of [NOW_MS, NOW_MS + 1, NOW_MS + DAY_MS - 1]) {
    assert.ok((await certificates.get(CERT_URL, asker(nowMs))).ok);
  }
  assert.deepEqual(aws.asked, [CERT_URL]);
  assert.ok((await certificates.get(CERT_URL, asker(NOW_MS + DAY_MS))).ok);
  assert.equal(aws.asked.length, 2);
});

Deno.test("the request follows no redirect and has a time limit", async () => {
  const aws = fakeFetch(() => new Response(SAMPLE_CERT));
  await createSigningCertificates(aws.fetch).get(CERT_URL, asker());
  assert.equal(aws.inits[0]?.redirect, "error");
  assert.ok(aws.inits[0]?.signal instanceof AbortSignal);
});

Deno.test("requests for one URL at the same time are one", async () => {
  const gate = Promise.withResolvers<Response>();
  const aws = fakeFetch(() => gate.promise);
  const certificates = createSigningCertificates(aws.fetch);
  const all = Array.from(
    { length: 50 },
    () => certificates.get(CERT_URL, asker()),
  );
  gate.resolve(new Response(SAMPLE_CERT));
  assert.ok((await Promise.all(all)).every(({ ok }) => ok));
  assert.equal(aws.asked.length, 1);
});

Deno.test("the last few certificates are kept, the one used longest ago is forgotten", async () => {
  const aws = fakeFetch(() => new Response(SAMPLE_CERT));
  const certificates = createSigningCertificates(aws.fetch);
  let nowMs = NOW_MS;
  const get = (name: number) =>
    certificates.get(url(name), asker(nowMs += 60_000));
  for (let name = 0; name < 8; name++) await get(name);
  await get(0);
  await get(8);
  const before = aws.asked.length;
  await get(0);
  assert.equal(aws.asked.length, before);
  await get(1);
  assert.equal(aws.asked.length, before + 1);
});

Deno.test("whatever is not a certificate is a failure, in words", async () => {
  const answers: [() => Response | Error, RegExp][] = [
    [() => new TypeError("connection refused"), /connection failed/],
    [() => new DOMException("late", "TimeoutError"), /within 5 s/],
    [() => new Response("", { status: 404 }), /answered 404/],
    [() => new Response("oops", { status: 503 }), /answered 503/],
    [() => new Response("<html>"), /not a certificate/],
    [() => new Response(""), /not a certificate/],
    [() => new Response(SAMPLE_CERT + " ".repeat(70_000)), /64 KiB/],
  ];
  for (const [answer, message] of answers) {
    const aws = fakeFetch(answer);
    const got = await createSigningCertificates(aws.fetch).get(url(1), asker());
    assert.ok(!got.ok);
    assert.match(got.message, message);
  }
});

Deno.test("an endless answer is cut off", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(8_192)),
    cancel: () => void (cancelled = true),
  });
  const aws = fakeFetch(() => new Response(body));
  const got = await createSigningCertificates(aws.fetch).get(url(1), asker());
  assert.ok(!got.ok);
  assert.ok(cancelled);
});

Deno.test("made-up URLs cannot make us poll AWS, one after the other or at once", async () => {
  const found = () => new Response(SAMPLE_CERT);
  const missing = () => new Response("", { status: 404 });
  for (
    const [atOnce, answer] of [[true, missing], [false, missing], [
      true,
      found,
    ]] as const
  ) {
    const aws = fakeFetch(answer);
    const certificates = createSigningCertificates(aws.fetch);
    const names = Array.from({ length: 40 }, (_, name) => name);
    const get = (name: number) => certificates.get(url(name), asker());
    if (atOnce) await Promise.all(names.map(get));
    else for (const name of names) await get(name);
    assert.equal(aws.asked.length, 5);

    // Another source is not held up, and a minute later the first may ask again.
    await certificates.get(url("other"), asker(NOW_MS, 2));
    assert.equal(aws.asked.length, 6);
    await certificates.get(url("later"), asker(NOW_MS + 60_000));
    assert.equal(aws.asked.length, 7);
  }
});

Deno.test("a known certificate serves on while AWS cannot be reached", async () => {
  let down = false;
  const aws = fakeFetch(() =>
    down ? new TypeError("down") : new Response(SAMPLE_CERT)
  );
  const certificates = createSigningCertificates(aws.fetch);
  await certificates.get(CERT_URL, asker());
  down = true;
  const later = await certificates.get(CERT_URL, asker(NOW_MS + 2 * DAY_MS));
  assert.ok(later.ok);
  assert.equal(aws.asked.length, 2);
});
