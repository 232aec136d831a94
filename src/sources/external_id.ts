/** Stable identifiers: what dedup rests on. */
import { createHash } from "node:crypto";
import { ALERT_LIMITS } from "../domain/intake/alert.ts";
import { cleanLine } from "../domain/text.ts";
import { isScalar, type JsonObject } from "./json_body.ts";

// Leaves room for "#" and 64 hexadecimal digits within 255.
const READABLE_PREFIX = 180;

/**
 * Promises the id as it is when it is one clean line of at most 255 characters; otherwise a readable beginning and the
 * SHA-256 of the whole, so that no two ids become one.
 */
export function boundedId(id: string): string {
  const fits = id.length > 0 && id.length <= ALERT_LIMITS.externalId &&
    cleanLine(id, ALERT_LIMITS.externalId) === id;
  return fits ? id : `${cleanLine(id, READABLE_PREFIX)}#${sha256(id)}`;
}

/** Promises `<prefix>:<SHA-256>`, the same for the same parts in the same order. */
export function derivedId(
  prefix: string,
  parts: readonly (string | readonly string[])[],
): string {
  return `${prefix}:${sha256(parts)}`;
}

/** Promises an id from all label names and values, whatever their order; null where there is no label. */
export function idFromLabels(labels: JsonObject): string | null {
  const pairs = Object.keys(labels).sort().flatMap((name) => {
    const value = labels[name];
    return isScalar(value) ? [[name, String(value)]] : [];
  });
  return pairs.length === 0 ? null : derivedId("labels", pairs);
}

// JSON text keeps apart what UTF-8 would merge (lone surrogates) and where one part ends and the next begins.
function sha256(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
