/** The one place where a read alert is cleaned and cut to size. */
import {
  type Alert,
  ALERT_LIMITS,
  type Severity,
} from "../domain/intake/alert.ts";
import { cleanLine, cleanText } from "../domain/text.ts";
import { boundedId } from "./external_id.ts";
import {
  isObject,
  isScalar,
  type JsonObject,
  scalarText,
} from "./json_body.ts";
import { cleanLinks, type LinkCandidate } from "./link.ts";

const REMARK_LIMIT = 1_000;
const PAYLOAD_DEPTH = 32;

/** An alert as its format understood it, with texts as the sender wrote them. */
export interface AlertDraft {
  kind: Alert["kind"];
  externalId: string;
  /** In order of preference; the first that has something to say is taken. */
  titles: readonly unknown[];
  /** Joined by an empty line, those with nothing to say left out. */
  descriptions: readonly unknown[];
  severity: Severity;
  startsAtMs: number | null;
  links: readonly LinkCandidate[];
  labels: JsonObject;
  isTest: boolean;
  remarks: readonly string[];
  /** The sender's JSON value, or its plain text. */
  payload: unknown;
}

/** Promises an alert within ALERT_LIMITS, well-formed and free of control characters, whatever the draft holds. */
export function finishAlert(draft: AlertDraft): Alert {
  return {
    kind: draft.kind,
    externalId: boundedId(draft.externalId),
    title: firstTitle(draft.titles),
    description: describe(draft.descriptions),
    severity: draft.severity,
    startsAtMs: draft.startsAtMs,
    links: cleanLinks(draft.links),
    labels: cleanLabels(draft.labels),
    isTest: draft.isTest,
    remark: cleanLine(
      draft.remarks.filter((remark) => remark !== "").join(" "),
      REMARK_LIMIT,
    ),
    payload: payloadText(draft.payload),
  };
}

/** Promises the text as it will be shown as a title; empty where nothing is left of it. */
export function cleanTitle(value: unknown): string {
  // Trimmed first: cleanLine looks at the beginning of a long text only.
  return cleanLine(scalarText(value).trim(), ALERT_LIMITS.title);
}

function firstTitle(titles: readonly unknown[]): string {
  for (const title of titles) {
    const clean = cleanTitle(title);
    if (clean !== "") return clean;
  }
  return "Untitled alert";
}

function describe(parts: readonly unknown[]): string {
  const texts = parts
    .map((part) => cleanText(scalarText(part), ALERT_LIMITS.description))
    .filter((text) => text !== "");
  const [only = ""] = texts;
  if (texts.length <= 1) return only;
  return cleanText([...new Set(texts)].join("\n\n"), ALERT_LIMITS.description);
}

/** Promises at most 64 labels in order of name; numbers and booleans become text, anything deeper is left out. */
function cleanLabels(labels: JsonObject): Record<string, string> {
  const clean = new Map<string, string>();
  for (const name of Object.keys(labels).sort()) {
    if (clean.size === ALERT_LIMITS.labels) break;
    const value = labels[name];
    const cleanName = cleanLine(name, ALERT_LIMITS.labelName);
    if (!isScalar(value) || cleanName === "" || clean.has(cleanName)) continue;
    clean.set(cleanName, cleanText(String(value), ALERT_LIMITS.labelValue));
  }
  // Not by assignment: a label may be called __proto__.
  return Object.fromEntries(clean);
}

function payloadText(payload: unknown): string {
  const text = typeof payload === "string"
    ? payload
    : JSON.stringify(writable(payload)) ?? "";
  return cleanText(text, ALERT_LIMITS.payload);
}

/** Writing JSON of any depth overflows the stack. Nearly every payload is flat, and a copy of it would be garbage. */
function writable(payload: unknown): unknown {
  return isDeeper(payload, PAYLOAD_DEPTH)
    ? shallow(payload, PAYLOAD_DEPTH)
    : payload;
}

/** Promises whether the value has arrays or objects below that depth. */
function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  // Every alert is looked through, and a list of its values for each level would be garbage.
  for (const name in value) {
    if (isDeeper((value as JsonObject)[name], depth - 1)) return true;
  }
  return false;
}

/** A copy in which whatever lies deeper is "…". */
function shallow(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) {
    return depth === 0 ? "…" : value.map((item) => shallow(item, depth - 1));
  }
  if (!isObject(value)) return value;
  if (depth === 0) return "…";
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      shallow(item, depth - 1),
    ]),
  );
}
