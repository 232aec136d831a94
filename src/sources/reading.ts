/** Short forms of what a format answers. */
import type { Alert } from "../domain/intake/alert.ts";
import {
  MOST_ALERTS_PER_REQUEST,
  type SourceReading,
} from "../ports/source_format.ts";

export type Refused = Extract<SourceReading, { kind: "refused" }>;

/** Promises a refusal; `field` is the path of the wrong field, as `alerts[3].labels`. */
export function refused(
  status: Refused["status"],
  reason: { code: string; message: string; field?: string },
): Refused {
  return {
    kind: "refused",
    status,
    code: reason.code,
    message: reason.message,
    field: reason.field ?? null,
  };
}

/** Promises a 422 that names the field and what is allowed in it. */
export function wrongField(field: string, message: string): Refused {
  return refused(422, { code: "invalid_field", message, field });
}

/** Promises the 413 for a request whose alerts were counted but not looked at. */
export function tooManyAlerts(count: number): Refused {
  return refused(413, {
    code: "too_many_alerts",
    message:
      `The request has ${count} alerts; at most ${MOST_ALERTS_PER_REQUEST} are taken at once.`,
    field: "alerts",
  });
}

/** Promises the reading of one alert that has no message id of its own. */
export function oneAlert(
  alert: Alert,
  messageId: string | null = null,
): SourceReading {
  return { kind: "alerts", alerts: [alert], messageId, warning: null };
}
