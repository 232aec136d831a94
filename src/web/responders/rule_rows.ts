/** The rows of the contact rules form, as they were typed, and what its buttons do to them. */
import { RULE_LIMITS } from "../../app/responders/set_contact_rules.ts";
import type { NewRule } from "../../app/responders/set_contact_rules.ts";
import { URGENCIES, type Urgency } from "../../domain/intake/alert.ts";
import type { ContactMethod } from "../../domain/responders/people.ts";
import { Problem } from "../../http/problem.ts";
import type { Form, FormErrors } from "../form.ts";
import { typedNumber } from "../view/typed_number.ts";

/** As it was typed. */
export interface Row {
  method: string;
  delay: string;
}
export type Rows = Record<Urgency, Row[]>;

/** How much later a new row is than the one before it, minutes. */
const STEP_MINUTES = 5;

/** Promises the saved rules as rows, in the order in which they page. */
export function rowsOf(rules: readonly NewRule[]): Rows {
  const of = (urgency: Urgency) =>
    rules.filter((rule) => rule.urgency === urgency)
      .sort((a, b) => a.delayMinutes - b.delayMinutes)
      .map(({ contactMethodId, delayMinutes }) => ({
        method: String(contactMethodId),
        delay: String(delayMinutes),
      }));
  return { high: of("high"), low: of("low") };
}

/** Promises the rows of the form that was sent. */
export function readRows(form: Form): Rows {
  const of = (urgency: Urgency) => {
    const delays = form.all(`${urgency}_delay`);
    return form.all(`${urgency}_method`).slice(0, RULE_LIMITS.rules)
      .map((method, index) => ({
        method,
        delay: delays[index]?.trim() ?? "",
      }));
  };
  return { high: of("high"), low: of("low") };
}

/**
 * Promises the rows after a button was pressed: `add high`, `remove low 2`, `up high 1`, `down high 0`. Moving changes two
 * contact methods and leaves the times where they are, as on a ladder.
 */
export function changed(
  rows: Rows,
  pressed: string,
  methods: readonly ContactMethod[],
): Rows {
  const [verb, word, text] = pressed.split(" ");
  const urgency = URGENCIES.find((one) => one === word);
  if (!urgency) return rows;
  const present = rows[urgency];
  const index = Number(text);
  switch (verb) {
    case "remove":
      return { ...rows, [urgency]: present.toSpliced(index, 1) };
    case "up":
      return { ...rows, [urgency]: swapped(present, index - 1) };
    case "down":
      return { ...rows, [urgency]: swapped(present, index) };
    case "add":
      return { ...rows, [urgency]: [...present, nextRow(present, methods)] };
    default:
      return rows;
  }
}

/** The contact methods of the row and the one after it, the other way round. */
function swapped(rows: Row[], index: number): Row[] {
  const [one, other] = [rows[index], rows[index + 1]];
  if (!one || !other) return rows;
  return rows.toSpliced(
    index,
    2,
    { ...one, method: other.method },
    { ...other, method: one.method },
  );
}

/** A contact method that has no rule yet, else the last one once more; a while after the last. */
function nextRow(present: Row[], methods: readonly ContactMethod[]): Row {
  const last = present.at(-1);
  const used = new Set(present.map(({ method }) => method));
  const next = methods.find(({ id, enabled }) =>
    enabled && !used.has(String(id))
  );
  const method = next ? String(next.id) : last?.method ??
    String(methods[0]?.id ?? "");
  if (!last) return { method, delay: "0" };
  const minutes = typedNumber(last.delay) ?? NaN;
  const later = Math.min(minutes + STEP_MINUTES, RULE_LIMITS.delayMinutes);
  return { method, delay: Number.isNaN(later) ? "" : String(later) };
}

/** Promises the rules; throws a problem that names each row (`high_0`) whose time is not one. */
export function rulesOf(rows: Rows): NewRule[] {
  const errors: { field: string; message: string; code: string }[] = [];
  const most = RULE_LIMITS.delayMinutes;
  const rules = URGENCIES.flatMap((urgency) =>
    rows[urgency].map(({ method, delay }, index) => {
      const delayMinutes = typedNumber(delay) ?? NaN;
      if (!(delayMinutes >= 0 && delayMinutes <= most)) {
        errors.push({
          field: `${urgency}_${index}`,
          message: `A number of minutes from 0 to ${most}.`,
          code: "out_of_range",
        });
      }
      return { urgency, contactMethodId: Number(method), delayMinutes };
    })
  );
  if (errors.length > 0) {
    const words = "A time is not right.";
    throw new Problem(422, "validation_failed", words, { errors });
  }
  if (rules.length <= RULE_LIMITS.rules) return rules;
  throw new Problem(
    422,
    "validation_failed",
    `There are ${rules.length} rules; at most ${RULE_LIMITS.rules} can be kept.`,
  );
}

/** Promises errors of the list of rules (`rules.3.delay_minutes`) as those of rows (`low_1`). */
export function errorsByRow(errors: FormErrors, rows: Rows): FormErrors {
  const names = URGENCIES.flatMap((urgency) =>
    rows[urgency].map((_, index) => `${urgency}_${index}`)
  );
  return Object.fromEntries(
    Object.entries(errors).map(([field, message]) => {
      const position = /^rules\.(\d+)\./.exec(field)?.[1];
      return [names[Number(position)] ?? field, message];
    }),
  );
}
