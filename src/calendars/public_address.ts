/** Which addresses of the network belong to the internet. */
import ipaddr from "ipaddr.js";

// RFC 4291, section 2.4: all that is given out as global unicast lies here, and no IPv4 address in disguise.
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR("2000::/3");
// Azure's virtual machines reach their host's services at it, though it is a public one.
const METADATA = new Set(["168.63.129.16"]);

/**
 * Promises whether the IP address is a public one: not loopback, private, link-local, shared (RFC 6598), multicast,
 * reserved, nor one that carries an IPv4 address (mapped ones count as what they carry). False for what is no address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  if (parsed instanceof ipaddr.IPv6) return parsed.match(GLOBAL_V6);
  return !METADATA.has(parsed.toString());
}
