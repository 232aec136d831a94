/** What a claimed notification says, and the link that acknowledges it. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { bundleOf } from "../../domain/delivery/bundle_text.ts";
import { cleanLine, cleanText } from "../../domain/text.ts";
import type { PageMessage } from "../../ports/channel.ts";
import type { ClaimedNotification } from "../../ports/notification_repository.ts";

/** Signs and reads the token in an acknowledge link. It names one notification and needs no row of its own. */
export interface LinkSigner {
  sign(notificationId: number): string;
  /** The notification's id, or null for anything that was not signed here. */
  verify(token: string): number | null;
  /** As `sign`, for a bundle: the token names all that went in it. */
  signBundle(bundleId: number): string;
  /** The bundle's id, or null for anything that was not signed here as a bundle. */
  verifyBundle(token: string): number | null;
}

// 96 bits: not to be guessed, and short enough for an SMS.
const MAC_LENGTH = 16;

/**
 * Promises tokens of `[0-9a-z]+-[A-Za-z0-9_-]{16}`, with a dot for the first dash where a bundle is meant; valid as long as
 * the secret stays.
 */
export function createLinkSigner(secretKey: string): LinkSigner {
  const one = tokens(secretKey, { purpose: "acknowledge", separator: "-" });
  const bundle = tokens(secretKey, {
    purpose: "acknowledge-bundle",
    separator: ".",
  });
  return {
    sign: one.sign,
    verify: one.verify,
    signBundle: bundle.sign,
    verifyBundle: bundle.verify,
  };
}

function tokens(
  secretKey: string,
  { purpose, separator }: { purpose: string; separator: "-" | "." },
) {
  const mac = (id: number) =>
    createHmac("sha256", secretKey).update(`${purpose}:${id}`)
      .digest("base64url").slice(0, MAC_LENGTH);
  return {
    sign: (id: number) => `${id.toString(36)}${separator}${mac(id)}`,
    verify(token: string): number | null {
      const match = /^([0-9a-z]{1,11})([-.])([A-Za-z0-9_-]{16})$/.exec(token);
      const id = Number.parseInt(match?.[1] ?? "", 36);
      if (match?.[2] !== separator || !Number.isSafeInteger(id)) return null;
      const given = new TextEncoder().encode(match[3]);
      const right = new TextEncoder().encode(mac(id));
      return timingSafeEqual(given, right) ? id : null;
    },
  };
}

interface Links {
  baseUrl: string;
  links: LinkSigner;
}

/** Promises the message of what goes together, the worst first; of one alone, that one's own. */
export function messageOf(
  claimed: readonly [ClaimedNotification, ...ClaimedNotification[]],
  outside: Links,
): PageMessage {
  const [worst] = claimed;
  const message = pageMessage(worst, outside);
  const { bundle, kind } = worst.notification;
  if (claimed.length === 1 || bundle === null) return message;
  const { baseUrl, links } = outside;
  return {
    ...message,
    acknowledgeUrl: kind === "page"
      ? `${baseUrl}/a/${links.signBundle(bundle.id)}`
      : null,
    incidentUrl: `${baseUrl}/incidents`,
    bundle: bundleOf(claimed.map(incidentFacts)),
  };
}

/** Promises the message of a claimed notification; the text from outside in it is clean, not escaped. */
export function pageMessage(
  claimed: ClaimedNotification,
  { baseUrl, links }: Links,
): PageMessage {
  const { notification, incident, responderName } = claimed;
  return {
    kind: notification.kind,
    address: notification.address,
    responderId: notification.responderId,
    responderName,
    idempotencyKey: notification.idempotencyKey,
    incident: incidentFacts(claimed),
    acknowledgeUrl: notification.kind === "page"
      ? `${baseUrl}/a/${links.sign(notification.id)}`
      : null,
    incidentUrl: `${baseUrl}/incidents/${incident.id}`,
  };
}

function incidentFacts(
  { incident, teamName, sourceName }: ClaimedNotification,
): PageMessage["incident"] {
  const { id, severity, status, openedAtMs, resolvedAtMs, alertCount, isTest } =
    incident;
  return {
    id,
    title: cleanLine(incident.title, 300),
    description: cleanText(incident.description, 2_000),
    severity,
    status,
    teamName,
    sourceName,
    openedAtMs,
    resolvedAtMs,
    alertCount,
    isTest,
  };
}
