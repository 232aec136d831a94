import assert from "node:assert/strict";
import { createFetchCalendar } from "../../src/calendars/fetch_calendar.ts";
import type { FetchCalendar } from "../../src/ports/calendar_source.ts";
import {
  type Authority,
  certify,
  makeAuthority,
  serveHttps,
} from "../fakes/https_server.ts";

const UNKNOWN = { etag: null, lastModified: null };
const HOST = "cal.example.com";
const TEXT = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
const authority = makeAuthority("Tests' own authority");

interface Scene {
  /** The address of a path on the server. */
  at(path: string): string;
  fetch: FetchCalendar;
  /** The names that were asked for, one for each request. */
  asked: string[];
}

/** A real https server that the name cal.example.com leads to; every other name leads into a private network. */
async function secured(
  answer: (request: Request) => Response | Promise<Response>,
  body: (scene: Scene) => Promise<void>,
  { certificate, limitMs = 10_000 }: {
    certificate?: Authority;
    limitMs?: number;
  } = {},
): Promise<void> {
  const trusted = await authority;
  const own = certificate ?? await certify(HOST, { authority: trusted });
  const asked: string[] = [];
  await using server = serveHttps(own, (request) => {
    asked.push(request.headers.get("host") ?? "");
    return answer(request);
  });
  const { port } = server.addr;
  const fetch = createFetchCalendar({
    resolve: (name) => {
      const address = name === HOST ? "127.0.0.1" : "10.0.0.7";
      return Promise.resolve([{ address, family: 4 }]);
    },
    isAllowed: (address) => address === "127.0.0.1",
    ca: trusted.cert,
    limitMs,
  });
  const at = (path: string) => `https://${HOST}:${port}${path}`;
  await body({ at, fetch, asked });
}

async function refusal({ fetch }: Scene, url: string): Promise<string> {
  const answer = await fetch(url, UNKNOWN);
  assert.equal(answer.kind, "failed", JSON.stringify(answer));
  return answer.kind === "failed" ? answer.message : "";
}

Deno.test("a calendar is read over https from a server whose certificate is right, as the name that was asked for", async () => {
  await secured(
    () => new Response(TEXT, { headers: { etag: '"7"' } }),
    async ({ fetch, at, asked }) => {
      assert.deepEqual(await fetch(at("/a.ics"), UNKNOWN), {
        kind: "read",
        text: TEXT,
        validators: { etag: '"7"', lastModified: null },
      });
      assert.match(asked.join(), /^cal\.example\.com:\d+$/);
    },
  );
});

Deno.test("a certificate of another host, of an unknown authority or too old is not accepted, and nothing is asked", async () => {
  const trusted = await authority;
  const stranger = await makeAuthority("Nobody's authority");
  for (
    const certificate of [
      await certify("other.example.com", { authority: trusted }),
      await certify(HOST, { authority: stranger }),
      await certify(HOST, {
        authority: trusted,
        endedMs: Date.UTC(2020, 0, 1),
      }),
    ]
  ) {
    await secured(() => new Response(TEXT), async (scene) => {
      assert.equal(
        await refusal(scene, scene.at("/a.ics")),
        "The certificate of the calendar's server is not valid for it.",
      );
      assert.equal(scene.asked.length, 0);
    }, { certificate });
  }
});

Deno.test("redirects are followed over https, never to http, into a private network or to other schemes", async () => {
  const to = (location: string) =>
    new Response(null, { status: 302, headers: { location } });
  await secured((request) => {
    const { pathname, host } = new URL(request.url);
    switch (pathname) {
      case "/relative":
        return to("final.ics");
      case "/plain":
        return to(`http://${host}/final.ics`);
      case "/inside":
        return to("https://intranet.example.com/final.ics");
      case "/metadata":
        return to("http://169.254.169.254/latest/meta-data");
      case "/file":
        return to("file:///etc/passwd");
      case "/round":
        return to("/round");
    }
    return new Response(TEXT);
  }, async (scene) => {
    const { fetch, at, asked } = scene;
    const followed = await fetch(at("/relative"), UNKNOWN);
    assert.equal(followed.kind === "read" && followed.text, TEXT);
    assert.match(await refusal(scene, at("/plain")), /from https to http/);
    assert.match(await refusal(scene, at("/inside")), /private network/);
    assert.match(await refusal(scene, at("/metadata")), /private network/);
    assert.match(await refusal(scene, at("/file")), /with http or https/);
    const before = asked.length;
    assert.match(await refusal(scene, at("/round")), /more than three times/);
    assert.equal(asked.length - before, 4);
  });
});

Deno.test("a body that is too long is given up over https too, and a slow server as well", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (stream) => stream.enqueue(new Uint8Array(64 * 1024)),
      }),
    );
  await secured(endless, async (scene) => {
    assert.match(await refusal(scene, scene.at("/")), /larger than 2 MB/);
  });
  const hold = Promise.withResolvers<Response>();
  await secured(() => hold.promise, async (scene) => {
    assert.match(await refusal(scene, scene.at("/")), /did not come within/);
    hold.resolve(new Response(""));
  }, { limitMs: 300 });
});
