/** What a claimed notification says, and the link that acknowledges it. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { cleanLine, cleanText } from "../domain/text.ts";
import type { PageMessage } from "../ports/channel.ts";
import type { ClaimedNotification } from "../ports/paging_repositories.ts";

/** Signs and reads the token in an acknowledge link. It names one notification and needs no row of its own. */
export interface LinkSigner {
  sign(notificationId: number): string;
  /** The notification's id, or null for anything that was not signed here. */
  verify(token: string): number | null;
}

// 96 bits: not to be guessed, and short enough for an SMS.
const MAC_LENGTH = 16;

/** Promises tokens of `[0-9a-z]+-[A-Za-z0-9_-]{16}`, valid as long as the secret stays. */
export function createLinkSigner(secretKey: string): LinkSigner {
  const mac = (id: number) =>
    createHmac("sha256", secretKey).update(`acknowledge:${id}`)
      .digest("base64url").slice(0, MAC_LENGTH);
  return {
    sign: (id) => `${id.toString(36)}-${mac(id)}`,
    verify(token) {
      const match = /^([0-9a-z]{1,11})-([A-Za-z0-9_-]{16})$/.exec(token);
      const id = Number.parseInt(match?.[1] ?? "", 36);
      if (!match || !Number.isSafeInteger(id)) return null;
      const given = new TextEncoder().encode(match[2]);
      const right = new TextEncoder().encode(mac(id));
      return timingSafeEqual(given, right) ? id : null;
    },
  };
}

/** Promises the message of a claimed notification; the text from outside in it is clean, not escaped. */
export function pageMessage(
  { notification, incident, teamName, sourceName, responderName }:
    ClaimedNotification,
  { baseUrl, links }: { baseUrl: string; links: LinkSigner },
): PageMessage {
  const { id, severity, status, openedAtMs, resolvedAtMs, alertCount, isTest } =
    incident;
  return {
    kind: notification.kind,
    address: notification.address,
    responderId: notification.responderId,
    responderName,
    idempotencyKey: notification.idempotencyKey,
    incident: {
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
    },
    acknowledgeUrl: notification.kind === "page"
      ? `${baseUrl}/a/${links.sign(notification.id)}`
      : null,
    incidentUrl: `${baseUrl}/incidents/${id}`,
  };
}
