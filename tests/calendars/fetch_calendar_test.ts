import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  createFetchCalendar,
  type FetchOptions,
} from "../../src/calendars/fetch_calendar.ts";
import { isPublicAddress } from "../../src/calendars/public_address.ts";

const UNKNOWN = { etag: null, lastModified: null };
const PRIVATE = /leads into a private network/;

/** A server on this machine; the name cal.example.com leads to it and is let through, nothing else is. */
async function serving(
  answer: (request: Request) => Response | Promise<Response>,
  body: (
    url: string,
    fetch: ReturnType<typeof createFetchCalendar>,
  ) => Promise<void>,
  more: Partial<FetchOptions> = {},
) {
  const asked: Request[] = [];
  await using server = Deno.serve(
    { port: 0, onListen: () => {} },
    (request) => {
      asked.push(request);
      return answer(request);
    },
  );
  let lookups = 0;
  const fetch = createFetchCalendar({
    resolve: (name) => {
      lookups++;
      const address = name === "cal.example.com" ? "127.0.0.1" : "10.0.0.7";
      return Promise.resolve([{ address, family: 4 }]);
    },
    // Addresses that are written out are not let through: only the name is.
    isAllowed: (address) => lookups > 0 && address === "127.0.0.1",
    ...more,
  });
  await body(`http://cal.example.com:${server.addr.port}/a.ics`, fetch);
}

async function messageOf(
  fetch: ReturnType<typeof createFetchCalendar>,
  url: string,
): Promise<string> {
  const answer = await fetch(url, UNKNOWN);
  assert.equal(answer.kind, "failed", url);
  return answer.kind === "failed" ? answer.message : "";
}

Deno.test("no form of an address inside our network is asked", async () => {
  const fetch = createFetchCalendar();
  for (
    const host of [
      "127.0.0.1",
      "2130706433",
      "0x7f000001",
      "0177.0.0.1",
      "127.1",
      "0",
      "10.1.2.3",
      "172.16.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
      "100.100.100.200",
      "168.63.129.16",
      "198.18.0.1",
      "224.0.0.1",
      "240.0.0.1",
      "255.255.255.255",
      "[::]",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:a9fe:a9fe]",
      "[::127.0.0.1]",
      "[64:ff9b::7f00:1]",
      "[2002:7f00:1::]",
      "[fe80::1]",
      "[fc00::1]",
      "[fd00:ec2::254]",
      "[ff02::1]",
      "localhost",
    ]
  ) {
    assert.match(await messageOf(fetch, `http://${host}/x.ics`), PRIVATE, host);
    assert.match(await messageOf(fetch, `https://u:p@${host}:8443/`), PRIVATE);
  }
});

Deno.test("whatever a private IPv4 address is, its mapped form is private too", () => {
  fc.assert(fc.property(fc.ipV4(), (address) => {
    assert.equal(
      isPublicAddress(`::ffff:${address}`),
      isPublicAddress(address),
    );
    if (isPublicAddress(`::${address}`)) assert.ok(isPublicAddress(address));
  }));
  for (const address of ["8.8.8.8", "2606:4700:4700::1111"]) {
    assert.ok(isPublicAddress(address), address);
  }
  assert.ok(!isPublicAddress("example.com"));
});

Deno.test("other schemes are not followed", async () => {
  const fetch = createFetchCalendar();
  for (
    const url of ["file:///etc/passwd", "ftp://x/", "gopher://x/", "data:,x"]
  ) {
    assert.match(await messageOf(fetch, url), /Only addresses with http/);
  }
});

Deno.test("a name that leads to a private address, or to one among others, is not asked", async () => {
  for (const addresses of [["10.0.0.7"], ["8.8.8.8", "192.168.0.1"], []]) {
    const fetch = createFetchCalendar({
      resolve: () =>
        Promise.resolve(addresses.map((address) => ({ address, family: 4 }))),
    });
    const told = await messageOf(fetch, "http://rebind.example.com/");
    assert.match(told, PRIVATE);
  }
});

Deno.test("a calendar is read with what its server says of it, and asked for by that the next time", async () => {
  let known: string | null = null;
  await serving((request) => {
    known = request.headers.get("if-none-match");
    if (known !== null) return new Response(null, { status: 304 });
    return new Response("BEGIN:VCALENDAR é", { headers: { etag: '"v1"' } });
  }, async (url, fetch) => {
    assert.deepEqual(await fetch(url, UNKNOWN), {
      kind: "read",
      text: "BEGIN:VCALENDAR é",
      validators: { etag: '"v1"', lastModified: null },
    });
    const again = await fetch(url, { etag: '"v1"', lastModified: null });
    assert.deepEqual(again, { kind: "unchanged" });
    assert.equal(known, '"v1"');
  });
});

Deno.test("each redirect is checked, and a fourth is not followed", async () => {
  await serving((request) => {
    const { pathname, origin } = new URL(request.url);
    const left = Number(pathname.slice(1));
    if (pathname === "/inside") {
      return Response.redirect("http://intranet.example.com/");
    }
    if (pathname === "/file") {
      return new Response(null, {
        status: 302,
        headers: { location: "file:///etc/passwd" },
      });
    }
    return left === 0
      ? new Response("here")
      : Response.redirect(`${origin}/${left - 1}`);
  }, async (url, fetch) => {
    const at = (path: string) => new URL(path, url).href;
    const three = await fetch(at("/3"), UNKNOWN);
    assert.equal(three.kind === "read" && three.text, "here");
    assert.match(await messageOf(fetch, at("/4")), /more than three times/);
    assert.match(await messageOf(fetch, at("/inside")), PRIVATE);
    assert.match(
      await messageOf(fetch, at("/file")),
      /Only addresses with http/,
    );
  });
});

Deno.test("more than 2 MB is not kept, also where it never ends", async () => {
  await serving(
    () =>
      new Response(
        new ReadableStream({
          pull: (stream) => stream.enqueue(new Uint8Array(64 * 1024)),
        }),
      ),
    async (url, fetch) =>
      assert.match(await messageOf(fetch, url), /larger than 2 MB/),
  );
});

Deno.test("a server that is slow to answer or to end is given up", async () => {
  for (const silent of [true, false]) {
    const hold = Promise.withResolvers<Response>();
    await serving(
      () => silent ? hold.promise : new Response(new ReadableStream()),
      async (url, fetch) => {
        assert.match(await messageOf(fetch, url), /did not come within/);
        hold.resolve(new Response(""));
      },
      { limitMs: 50 },
    );
  }
});

Deno.test("what went wrong is said without the address", async () => {
  await serving(
    () => new Response("no", { status: 403 }),
    async (url, fetch) => {
      const secret = `${url}?token=hunter2`;
      const told = await messageOf(fetch, secret);
      assert.equal(told, "The calendar's server answers with status 403.");
    },
  );
  const gone = createFetchCalendar({
    resolve: () =>
      Promise.reject(
        Object.assign(new Error("getaddrinfo secret.example.com"), {
          code: "ENOTFOUND",
        }),
      ),
  });
  const told = await messageOf(gone, "http://secret.example.com/");
  assert.equal(told, "The calendar's server is not known by its name.");
});
