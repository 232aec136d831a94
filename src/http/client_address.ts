/** Where a request comes from. `X-Forwarded-For` counts only as far as proxies that are trusted wrote it. */
import ipaddr from "ipaddr.js";
import type { EdgeContext } from "./edge_env.ts";

type Address = ReturnType<typeof ipaddr.process>;
type Network = [Address, number];

/** Of so many senders the address is kept. */
const MOST_KNOWN = 1_000;

/**
 * Promises a function that tells a request's client, in canonical form; `unknown` where the server does not tell. `networks`
 * are CIDR ranges or single addresses; throws for one that is neither.
 */
export function clientAddress(networks: string[]): (c: EdgeContext) => string {
  const trusted = networks.map(parseNetwork);
  const known = new Map<string, string>();
  return (c) => {
    const peer = c.env?.remoteAddr?.hostname ?? "";
    const forwarded = c.req.header("x-forwarded-for");
    if (forwarded !== undefined) return originOf(peer, { forwarded, trusted });
    // Who speaks for himself does so again and again.
    let client = known.get(peer);
    if (client !== undefined) return client;
    client = originOf(peer, { forwarded: "", trusted });
    if (known.size === MOST_KNOWN) known.clear();
    known.set(peer, client);
    return client;
  };
}

/** What proxies add; one that adds nothing has to be named as a trusted one. */
const FORWARDING = [
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "via",
];

/**
 * Promises to tell requests that were made on this machine from all others. One that came through a proxy is not local,
 * and behind an address of a trusted proxy nobody knows.
 */
export function localRequests(
  networks: string[],
): (c: EdgeContext) => boolean {
  const trusted = networks.map(parseNetwork);
  return (c) => {
    const peer = parseAddress(c.env?.remoteAddr?.hostname ?? "");
    return peer?.range() === "loopback" && !isTrusted(peer, trusted) &&
      FORWARDING.every((name) => c.req.header(name) === undefined);
  };
}

/**
 * Promises what to count attempts by: an IPv4 address, or the /64 of an IPv6 one, since that is what one subscriber
 * gets (RFC 6177).
 */
export function addressKey(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const [network] = ipaddr.IPv6.parseCIDR(
    `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`)}/64`,
  );
  return `${network}/64`;
}

/** The hop nearest to us is the last; the first from there that is no trusted proxy is the client. */
function originOf(
  peer: string,
  { forwarded, trusted }: { forwarded: string; trusted: Network[] },
): string {
  let client = parseAddress(peer);
  if (client === null) return "unknown";
  const hops = forwarded.split(",").slice(-20).map((hop) => hop.trim());
  while (hops.length > 0 && isTrusted(client, trusted)) {
    const hop = parseAddress(hops.pop() ?? "");
    if (hop === null) break;
    client = hop;
  }
  return client.toString();
}

function isTrusted(address: Address, trusted: Network[]): boolean {
  return trusted.some(([network, bits]) =>
    network.kind() === address.kind() && address.match(network, bits)
  );
}

/** Also `192.0.2.1:443`, `[2001:db8::1]:443` and IPv4 in IPv6, as proxies write them. */
function parseAddress(text: string): Address | null {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
  return ipaddr.isValid(bare) && isWritten(bare) ? ipaddr.process(bare) : null;
}

function parseNetwork(text: string): Network {
  if (text.includes("/")) {
    const [address, bits] = ipaddr.parseCIDR(text);
    return [address, bits];
  }
  const address = ipaddr.process(text);
  return [address, address.kind() === "ipv4" ? 32 : 128];
}

/** ipaddr.js also takes `1`, `0x7f.1` and the like, which inet_aton does and no proxy writes. */
function isWritten(text: string): boolean {
  return text.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(text);
}
