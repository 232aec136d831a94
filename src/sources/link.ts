/** Links back into the monitoring system. */
import { ALERT_LIMITS, type AlertLink } from "../domain/intake/alert.ts";
import { cleanLine } from "../domain/text.ts";
import { scalarText } from "./json_body.ts";

/** A link as a sender wrote it: anything at all. */
export interface LinkCandidate {
  label: unknown;
  url: unknown;
}

/**
 * Promises those of the candidates that are http or https URLs, each URL once, at most ten, in their order. A user name
 * and password in a URL are taken out: they are secrets, or a trick to make a host look like another.
 */
export function cleanLinks(candidates: readonly LinkCandidate[]): AlertLink[] {
  const links = new Map<string, AlertLink>();
  for (const candidate of candidates) {
    if (links.size === ALERT_LIMITS.links) break;
    const url = cleanUrl(candidate.url);
    if (url === null || links.has(url)) continue;
    const label = cleanLine(
      scalarText(candidate.label),
      ALERT_LIMITS.labelName,
    );
    links.set(url, { label: label || "Link", url });
  }
  return [...links.values()];
}

/** Promises the normal form of an http or https URL of at most 2,000 characters; null for anything else. */
export function cleanUrl(value: unknown): string | null {
  if (typeof value !== "string" || value.length > ALERT_LIMITS.url) return null;
  const url = URL.parse(value);
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return null;
  // Each assignment makes the whole URL anew.
  if (url.username !== "") url.username = "";
  if (url.password !== "") url.password = "";
  return url.href.length > ALERT_LIMITS.url ? null : url.href;
}
