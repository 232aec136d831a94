/** Turns anything that is logged into plain JSON without secrets, whatever it is. */
import { MASK, type Mask, SECRET_NAME } from "./mask.ts";

export type Plain =
  | string
  | number
  | boolean
  | null
  | Plain[]
  | { [name: string]: Plain };

const DEEPEST = 8;
const MOST_ENTRIES = 100;
const MOST_VALUES = 2_000;
const CUT = "[cut]";

/** Promises the mask in place of a secret field's value; yes, no and nothing tell nothing and stay. */
export function hide(value: unknown): unknown {
  return value === null || value === undefined || typeof value === "boolean"
    ? value
    : MASK;
}

/**
 * Promises a function that turns any value into JSON: errors with name, message, stack, cause and their own fields;
 * maps, sets and headers with their entries; BigInt as text; circles, depth and length cut. Fields with a secret's name
 * are masked, and so is every text, names of fields included. Never throws.
 */
export function createPlain(mask: Mask): (value: unknown) => Plain {
  return (value) => new Walk(mask).plain(value);
}

class Walk {
  private left = MOST_VALUES;
  private readonly above = new Set<object>();

  constructor(private readonly mask: Mask) {}

  plain(value: unknown): Plain {
    if (this.left-- <= 0) return CUT;
    switch (typeof value) {
      case "boolean":
        return value;
      case "number":
        return this.number(value);
      case "undefined":
        return null;
      case "object":
        return value === null ? null : this.guarded(value);
      case "function":
        return this.mask(`[function ${value.name}]`);
      default:
        return this.mask(String(value));
    }
  }

  private number(value: number): Plain {
    const text = String(value);
    // A secret may consist of digits.
    return Number.isFinite(value) && this.mask(text) === text
      ? value
      : this.mask(text);
  }

  private guarded(value: object): Plain {
    if (this.above.has(value)) return "[circular]";
    if (this.above.size >= DEEPEST) return CUT;
    this.above.add(value);
    try {
      return this.object(value);
    } catch {
      // A getter, a proxy or a toJSON of somebody else's that throws must not take the log line with it.
      return "[unreadable]";
    } finally {
      this.above.delete(value);
    }
  }

  private object(value: object): Plain {
    if (value instanceof Error) return this.error(value);
    if (Array.isArray(value)) return this.list(value);
    if (value instanceof Set) return this.list(value);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      return `[${value.byteLength} bytes]`;
    }
    if (
      value instanceof Map || value instanceof Headers ||
      value instanceof URLSearchParams || value instanceof FormData
    ) return this.entries(value);
    if ("toJSON" in value && typeof value.toJSON === "function") {
      return this.plain(value.toJSON());
    }
    if (value instanceof RegExp) return this.mask(String(value));
    return this.entries(Object.entries(value));
  }

  private error(error: Error): Plain {
    const { name, message, stack, cause } = error;
    const told: [string, unknown][] = [["name", name], ["message", message]];
    if (stack) told.push(["stack", stack]);
    if (cause !== undefined) told.push(["cause", cause]);
    if (error instanceof AggregateError) told.push(["errors", error.errors]);
    const names = new Set(told.map(([key]) => key));
    const own = Object.entries(error).filter(([key]) => !names.has(key));
    return this.entries([...told, ...own]);
  }

  private list(values: Iterable<unknown>): Plain[] {
    const plain: Plain[] = [];
    for (const value of values) {
      if (plain.length >= MOST_ENTRIES || this.left <= 0) {
        return [...plain, CUT];
      }
      plain.push(this.plain(value));
    }
    return plain;
  }

  private entries(entries: Iterable<[unknown, unknown]>): Plain {
    const plain: [string, Plain][] = [];
    for (const [key, value] of entries) {
      if (plain.length >= MOST_ENTRIES || this.left <= 0) {
        plain.push(["…", CUT]);
        break;
      }
      const name = typeof key === "object" ? "[object]" : String(key);
      const safe = SECRET_NAME.test(name) ? hide(value) : value;
      plain.push([this.mask(name), this.plain(safe)]);
    }
    // Not an assignment one by one: a field called __proto__ is a field too.
    return Object.fromEntries(plain);
  }
}
