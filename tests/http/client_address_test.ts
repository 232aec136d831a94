import assert from "node:assert/strict";
import { Hono } from "hono";
import { addressKey, clientAddress } from "../../src/http/client_address.ts";
import type { EdgeEnv } from "../../src/http/edge_env.ts";

async function seen(
  peer: string | undefined,
  forwarded: string | null,
  networks: string[] = [],
): Promise<string> {
  const app = new Hono<EdgeEnv>();
  const addressOf = clientAddress(networks);
  app.get("/", (c) => c.text(addressOf(c)));
  const headers = forwarded === null ? {} : { "x-forwarded-for": forwarded };
  const env = peer === undefined ? {} : { remoteAddr: { hostname: peer } };
  return await (await app.request("/", { headers }, env)).text();
}

Deno.test("X-Forwarded-For from somebody who is no trusted proxy counts for nothing", async () => {
  assert.equal(await seen("203.0.113.9", "198.51.100.1"), "203.0.113.9");
  assert.equal(
    await seen("203.0.113.9", "198.51.100.1", ["10.0.0.0/8"]),
    "203.0.113.9",
  );
});

Deno.test("the nearest hop that is no trusted proxy is the client, whatever stands before it", async () => {
  const trusted = ["10.0.0.0/8", "2001:db8::/32"];
  assert.equal(
    await seen("10.1.2.3", "6.6.6.6, 198.51.100.1, 10.9.9.9", trusted),
    "198.51.100.1",
  );
  assert.equal(
    await seen("::ffff:10.1.2.3", "198.51.100.1:4711", trusted),
    "198.51.100.1",
  );
  assert.equal(
    await seen("2001:db8::1", "[2001:470::5]:443", trusted),
    "2001:470::5",
  );
});

Deno.test("a hop that is no address ends the walk at the last proxy", async () => {
  for (const hop of ["unknown", "", "1", "0x7f.1", "1.2.3.4.5", "<script>"]) {
    assert.equal(
      await seen("10.1.2.3", `198.51.100.1, ${hop}`, ["10.0.0.0/8"]),
      "10.1.2.3",
      hop,
    );
  }
});

Deno.test("a server that does not tell the peer makes the client unknown", async () => {
  assert.equal(
    await seen(undefined, "198.51.100.1", ["10.0.0.0/8"]),
    "unknown",
  );
});

Deno.test("attempts from one IPv6 network count together", () => {
  assert.equal(
    addressKey("2001:db8:1:2::1"),
    addressKey("2001:db8:1:2:ffff::9"),
  );
  assert.notEqual(addressKey("2001:db8:1:2::1"), addressKey("2001:db8:1:3::1"));
  assert.equal(addressKey("198.51.100.1"), "198.51.100.1");
  assert.equal(addressKey("unknown"), "unknown");
});

Deno.test("a trusted proxy that is no network stops the start", () => {
  assert.throws(() => clientAddress(["10.0.0.0/8", "nonsense"]));
});
