/** The fields of a generic alert: their names, aliases and allowed values. */
import { z } from "zod";
import { ALERT_LIMITS } from "../domain/intake/alert.ts";
import { cleanLine } from "../domain/text.ts";
import { isScalar, type JsonObject, scalarText } from "./json_body.ts";
import { SEVERITY_HINT, severityOf } from "./severity_word.ts";

const ALIASES = {
  external_id: ["external_id", "dedup_key"],
  title: ["title", "summary"],
  description: ["description", "message"],
  severity: ["severity"],
  status: ["status", "state", "event"],
  starts_at: ["starts_at"],
} as const;
type FieldName = keyof typeof ALIASES;
const FIELDS = Object.entries(ALIASES);

const FIRING_WORDS = new Set([
  ...["firing", "fire", "triggered", "trigger", "alerting", "alert", "alarm"],
  ...["open", "opened", "active", "problem", "down", "failed", "failing"],
]);
const RESOLVED_WORDS = new Set([
  ...["resolved", "resolve", "recovery", "recovered", "recover", "ok", "up"],
  ...["closed", "close", "clear", "cleared", "normal", "healthy"],
]);

const scalar = z.union(
  [z.string(), z.number(), z.boolean()],
  "must be text",
).transform(String);

const externalId = z.union([
  z.string().trim(),
  // A larger number has been rounded already, and two alerts would become one.
  z.number().refine(
    Number.isSafeInteger,
    "must be text: as a number it is not exact",
  ).transform(String),
], "must be text").refine(
  (id) => id.length <= ALERT_LIMITS.externalId,
  `must be at most ${ALERT_LIMITS.externalId} characters`,
);

const severity = scalar.transform((word, context) => {
  const known = severityOf(word);
  if (known) return known;
  context.addIssue(
    `“${cleanLine(word, 40)}” is not known; allowed are ${SEVERITY_HINT}`,
  );
  return z.NEVER;
});

const status = scalar.transform((word, context) => {
  const lower = word.trim().toLowerCase();
  if (FIRING_WORDS.has(lower)) return "firing" as const;
  if (RESOLVED_WORDS.has(lower)) return "resolved" as const;
  context.addIssue(
    `“${
      cleanLine(word, 40)
    }” is not known; allowed are firing (or triggered, alerting, open, problem, down) ` +
      "and resolved (or recovered, ok, closed, up)",
  );
  return z.NEVER;
});

const shape = z.object({
  external_id: externalId.optional(),
  title: scalar.optional(),
  description: z.unknown().optional(),
  severity: severity.optional(),
  status: status.optional().default("firing"),
  starts_at: z.unknown().optional(),
});

/** The fields that decide what becomes of the alert; absent, null and blank ones are undefined. */
export type GenericFields = z.infer<typeof shape>;

/** `nameUsed` tells under which of its names the sender wrote a field. */
export type ReadFields =
  | { ok: true; fields: GenericFields; nameUsed(field: FieldName): string }
  | { ok: false; field: string; message: string };

/** Promises the fields, or the name (as the sender wrote it) and the fault of the first wrong one. */
export function readFields(body: JsonObject): ReadFields {
  const used: Partial<Record<string, string>> = {};
  const found: JsonObject = {};
  for (const [field, names] of FIELDS) {
    const name = names.find((name) => !isBlank(body[name]));
    if (name === undefined) continue;
    used[field] = name;
    found[field] = body[name];
  }
  const nameUsed = (field: string) => used[field] ?? field;
  const read = shape.safeParse(found);
  if (read.success) return { ok: true, fields: read.data, nameUsed };
  const issue = read.error.issues[0];
  const field = nameUsed(String(issue?.path[0] ?? ""));
  return {
    ok: false,
    field,
    message: `${field} ${issue?.message ?? "is wrong"}.`,
  };
}

// What tells one thing from another and does not change while it is broken.
const STABLE_NAMES = [
  ...["service", "host", "hostname", "instance", "node", "device", "resource"],
  ...["component", "check", "job", "namespace", "cluster", "environment"],
  ...["env", "region"],
];

/**
 * Promises what identifies an alert without an external id: its title and, in this order, those of service, host,
 * hostname, instance, node, device, resource, component, check, job, namespace, cluster, environment, env and region
 * that it has, at the top or among its labels.
 */
export function stableParts(
  title: string,
  body: JsonObject,
  labels: JsonObject,
): [string, string][] {
  const parts: [string, string][] = [["title", title.trim()]];
  for (const name of STABLE_NAMES) {
    const value = scalarText(body[name]) || scalarText(labels[name]);
    if (value !== "") parts.push([name, value]);
  }
  return parts;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null ||
    (isScalar(value) && String(value).trim() === "");
}
