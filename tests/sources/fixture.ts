/** Sources, requests and readings that the tests of the formats start from. */
import assert from "node:assert/strict";
import { type Alert, ALERT_LIMITS } from "../../src/domain/intake/alert.ts";
import {
  type AlertSource,
  DEFAULT_SOURCE_SETTINGS,
  NEW_SOURCE,
  type SourceKind,
  type SourceSettings,
} from "../../src/domain/intake/alert_source.ts";
import type {
  SourceFormat,
  SourceReading,
  SourceRequest,
} from "../../src/ports/source_format.ts";
import type { Fetch } from "../../src/sources/aws_fetch.ts";
import { createSourceFormats } from "../../src/sources/formats.ts";

export const NOW_MS = Date.UTC(2026, 2, 2, 8, 30);
export const TOPIC = "arn:aws:sns:eu-central-1:123456789012:prod-alarms";

export function aSource(
  kind: SourceKind,
  settings: Partial<SourceSettings> = {},
): AlertSource {
  return {
    id: 1,
    teamId: 1,
    name: "Production",
    kind,
    escalationPolicyId: 1,
    enabled: true,
    keyId: "abcdefgh",
    keyHash: "",
    settings: { ...DEFAULT_SOURCE_SETTINGS, ...settings },
    ...NEW_SOURCE,
    createdAtMs: 0,
    updatedAtMs: 0,
  };
}

/** A fetch that counts as an attack: the test fails where it is called. */
export const noFetch: Fetch = (input) => {
  throw new assert.AssertionError({ message: `asked for ${String(input)}` });
};

export const formats: Record<SourceKind, SourceFormat> = createSourceFormats({
  fetch: noFetch,
});

export interface RequestPatch {
  settings?: Partial<SourceSettings>;
  headers?: Record<string, string>;
  nowMs?: number;
}

export function aRequest(
  kind: SourceKind,
  body: unknown,
  patch: RequestPatch = {},
): SourceRequest {
  return {
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: new Headers(patch.headers ?? {}),
    source: aSource(kind, patch.settings),
    nowMs: patch.nowMs ?? NOW_MS,
  };
}

/** Reads a body, given as text or as a value, with the format of that kind. */
export async function read(
  kind: SourceKind,
  body: unknown,
  patch: RequestPatch = {},
): Promise<SourceReading> {
  return await formats[kind].read(aRequest(kind, body, patch));
}

export function sample(path: string): string {
  return Deno.readTextFileSync(new URL(`../samples/${path}`, import.meta.url));
}

/** The alerts of a reading that must be one of alerts. */
export function alertsOf(reading: SourceReading): Alert[] {
  if (reading.kind !== "alerts") {
    assert.fail(`expected alerts, got ${JSON.stringify(reading)}`);
  }
  reading.alerts.forEach(assertWithinLimits);
  return reading.alerts;
}

export function onlyAlert(reading: SourceReading): Alert {
  const [alert, ...others] = alertsOf(reading);
  assert.equal(others.length, 0);
  return alert ?? assert.fail("no alert");
}

export function refusalOf(reading: SourceReading) {
  if (reading.kind !== "refused") {
    assert.fail(`expected a refusal, got ${JSON.stringify(reading)}`);
  }
  return reading;
}

/** The shortest form of an alert, for comparing many. */
export function brief(alert: Alert): string {
  return `${alert.kind} ${alert.externalId}`;
}

export function assertWithinLimits(alert: Alert): void {
  const { title, description, labels, links, payload, externalId } = alert;
  const labelPairs = Object.entries(labels);
  assert.ok(externalId.length >= 1 && externalId.length <= 255);
  assert.ok(title.length >= 1 && title.length <= ALERT_LIMITS.title);
  assert.ok(!/[\r\n]/.test(title) && !/[\r\n]/.test(externalId));
  assert.ok(description.length <= ALERT_LIMITS.description);
  assert.ok(labelPairs.length <= ALERT_LIMITS.labels);
  assert.ok(links.length <= ALERT_LIMITS.links);
  assert.ok(payload.length <= ALERT_LIMITS.payload);
  const texts = [title, description, externalId, payload, alert.remark];
  for (const [name, value] of labelPairs) {
    assert.ok(name.length >= 1 && name.length <= ALERT_LIMITS.labelName);
    assert.ok(value.length <= ALERT_LIMITS.labelValue);
    texts.push(name, value);
  }
  for (const { label, url } of links) {
    assert.ok(/^https?:\/\//.test(url) && url.length <= ALERT_LIMITS.url);
    texts.push(label, url);
  }
  for (const text of texts) {
    assert.ok(text.isWellFormed());
    assert.ok(!/(?![\t\n\r])\p{Cc}|[\u202A-\u202E\u2066-\u2069]/u.test(text));
  }
  assert.ok(
    alert.startsAtMs === null || Number.isSafeInteger(alert.startsAtMs),
  );
}
