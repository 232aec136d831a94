/** JSON from text, whatever the content type said. */
import { type Refused, refused } from "./reading.ts";

export type JsonObject = Record<string, unknown>;
export type JsonBody = { ok: true; value: unknown } | {
  ok: false;
  refusal: Refused;
};

/**
 * Promises the value, or a 400 whose sentence says where the text stops being JSON and never repeats the text itself,
 * which may hold a secret.
 */
export function parseJson(body: string): JsonBody {
  if (body.trim() === "") return broken("it is empty");
  try {
    return { ok: true, value: JSON.parse(body) };
  } catch (error) {
    return broken(whereItBreaks(error, body.length));
  }
}

/** Promises whether the value is a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Promises the value if it is a JSON object, else an empty one. */
export function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Promises the text of a string, number or boolean; empty for anything else. */
export function scalarText(value: unknown): string {
  return isScalar(value) ? String(value) : "";
}

/** Promises whether the value is a string, number or boolean. */
export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" ||
    typeof value === "boolean";
}

function broken(how: string): JsonBody {
  return {
    ok: false,
    refusal: refused(400, {
      code: "invalid_json",
      message: `The body is not JSON: ${how}. Send one JSON object.`,
    }),
  };
}

// The position is all that V8's message tells without quoting the body.
function whereItBreaks(error: unknown, length: number): string {
  const message = error instanceof Error ? error.message : "";
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? NaN);
  if (
    /Unexpected end|Unterminated/.test(message) || position >= length
  ) return `it ends too early, after ${length} characters`;
  return Number.isNaN(position)
    ? "it does not follow the syntax"
    : `it breaks at character ${position + 1}`;
}
