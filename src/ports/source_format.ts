/** How a monitoring system's request becomes alerts. One implementation per kind of source, chosen where the app is put together. */
import type { Alert } from "../domain/intake/alert.ts";
import type { AlertSource, SourceKind } from "../domain/intake/alert_source.ts";

export interface SourceRequest {
  /** The raw bytes decoded as UTF-8, without a byte order mark. */
  body: string;
  headers: Headers;
  source: AlertSource;
  nowMs: number;
}

/**
 * - `alerts`: what to ingest, in one transaction; `messageId` (where the format has one) is taken once only per source;
 *   `warning` is shown on the source ("41 alerts were cut by the sender");
 * - `refused`: 400, 403, 413 or 422 with the field where one is wrong;
 * - `handled`: no alert in it (an SNS confirmation); `update` is written to the source.
 */
export type SourceReading =
  | {
    kind: "alerts";
    alerts: Alert[];
    messageId: string | null;
    warning: string | null;
  }
  | {
    kind: "refused";
    status: 400 | 403 | 413 | 422;
    code: string;
    message: string;
    field: string | null;
  }
  | { kind: "unavailable"; message: string }
  | {
    kind: "handled";
    message: string;
    update: Partial<Pick<AlertSource, "sns" | "settings">>;
    problem: string | null;
  };

export interface SourceFormat {
  readonly kind: SourceKind;
  /** `event` bodies are limited to 512 KiB, `group` bodies to 5 MiB. */
  readonly bodyLimit: "event" | "group";
  /** Promises a reading for any bytes at all; never throws for bad input. */
  read(request: SourceRequest): Promise<SourceReading> | SourceReading;
}

/** The most alerts one request may carry; more is refused whole, so that nothing is taken by halves. */
export const MOST_ALERTS_PER_REQUEST = 2_000;
