/** A row of the audit log as a sentence, with the values that changed. */
import type { AuditLogEntry } from "../../ports/system_repositories.ts";
import type { Words } from "./words.ts";
import { type ShownTime, shownTime, type Viewpoint } from "./zoned_time.ts";

export interface AuditRow {
  time: ShownTime;
  words: Words;
  changes: { name: string; from: string; to: string }[];
}

const VERBS: Record<string, string> = {
  create: "made",
  update: "changed",
  delete: "deleted",
  set_members: "set the members of",
  set_contact_rules: "set the contact rules of",
  change_password: "changed the password of",
  send_test: "sent a test page to",
  send_code: "sent a code to",
  verify: "verified",
  page_me: "paged themselves as",
  end: "logged out",
  end_other_sessions: "logged out all other browsers of",
  regenerate_key: "made a new key for",
  accept: "accepted",
  decline: "declined",
  cancel: "cancelled",
  refresh: "read again",
  backup: "backed up",
  restore: "restored",
  approve_sns_subscription: "approved the SNS subscription of",
};

const LONGEST = 200;
// They say nothing to a person, or are in the sentence already.
const UNSHOWN = new Set(["id", "created_at", "updated_at"]);

/** Promises the row; an entry of an older version is shown as far as it is understood. */
export function auditRow(entry: AuditLogEntry, view: Viewpoint): AuditRow {
  const { action, objectKind, objectId, actor, atMs } = entry;
  const verb = action.slice(action.indexOf(".") + 1);
  const detail = readDetail(entry.detail);
  const kind = objectKind.replaceAll("_", " ");
  // What there is one of has no number.
  const noun = objectId === 0 ? `the ${kind}` : `${kind} ${objectId}`;
  const name = typeof detail.name === "string" ? detail.name : null;
  return {
    time: shownTime(atMs, view),
    words: [
      { strong: actor },
      ` ${VERBS[verb] ?? verb.replaceAll("_", " ")} ${noun}`,
      ...name === null ? [] : [" ", { said: name }],
    ],
    changes: Object.entries(detail)
      .filter(([field]) => !UNSHOWN.has(field))
      .map(([field, value]) => ({ name: field, ...values(value) })),
  };
}

function values(value: unknown): { from: string; to: string } {
  if (isChange(value)) return { from: text(value.from), to: text(value.to) };
  return { from: "", to: text(value) };
}

function isChange(value: unknown): value is { from?: unknown; to?: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => key === "from" || key === "to");
}

function text(value: unknown): string {
  const whole = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST)}…` : whole;
}

function readDetail(json: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
