/** Request bodies, within limits. */
import { Deadlines } from "./deadlines.ts";
import { Problem, retryAfter } from "./problem.ts";

export interface BodyLimits {
  /** The most bytes that are taken; one more is refused, before it is kept. */
  bytes: number;
  /** How long the sender may take, milliseconds. */
  withinMs: number;
  /** Shared by all requests of the process; refused as 503 when it is used up. */
  budget: BodyBudget;
  /** A sentence for whoever sends more, where it can say more than the number. */
  message?: string;
}

/** How many body bytes the process holds at once, so that many large requests cannot exhaust its memory. */
export class BodyBudget {
  #free: number;
  constructor(bytes: number) {
    this.#free = bytes;
  }
  /** Promises whether `bytes` were set aside. */
  take(bytes: number): boolean {
    if (bytes > this.#free) return false;
    this.#free -= bytes;
    return true;
  }
  give(bytes: number): void {
    this.#free += bytes;
  }
}

/** A body, and the end of its share of the budget: to be called once, when nothing holds the bytes any more. */
export interface HeldBody {
  readonly bytes: Uint8Array;
  release(): void;
}

/**
 * Promises the bytes of the body. Throws 413 without reading on when it is larger than allowed, 408 when the sender is
 * too slow, 503 when the process holds too much already.
 */
export async function readBody(
  request: Request,
  limits: BodyLimits,
): Promise<HeldBody> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > limits.bytes) throw tooLarge(limits);
  if (request.body === null) {
    return { bytes: new Uint8Array(), release: () => {} };
  }
  const reader = request.body.getReader();
  // Tells the server that nobody reads on, and ends the reading here.
  const cancel = () => void reader.cancel().catch(() => {});
  const deadline = deadlines.start(limits.withinMs, cancel);
  const held = new Held(limits);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (deadline.isOver) throw tooSlow();
      if (done) return held;
      held.add(value);
    }
  } catch (error) {
    held.release();
    cancel();
    throw error;
  } finally {
    deadlines.meet(deadline);
  }
}

/** What has come in so far. */
class Held implements HeldBody {
  readonly #limits: BodyLimits;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  #taken = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  get bytes(): Uint8Array {
    return join(this.#chunks, this.#size);
  }

  add(chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    if (this.#size > this.#limits.bytes) throw tooLarge(this.#limits);
    if (!this.#limits.budget.take(chunk.byteLength)) throw overloaded();
    this.#taken += chunk.byteLength;
    this.#chunks.push(chunk);
  }

  release(): void {
    this.#limits.budget.give(this.#taken);
    this.#taken = 0;
  }
}

/** Promises text whatever the bytes: what is not UTF-8 becomes U+FFFD, a byte order mark is dropped. */
export function decodeText(bytes: Uint8Array): string {
  return UTF_8.decode(bytes);
}

const UTF_8 = new TextDecoder("utf-8", { fatal: false });
const deadlines = new Deadlines();

function join(chunks: Uint8Array[], size: number): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

function tooLarge({ bytes, message }: BodyLimits): Problem {
  return new Problem(
    413,
    "body_too_large",
    message ??
      `The body is larger than ${
        bytes / 1024
      } KiB, which is the most that is taken here.`,
  );
}

function tooSlow(): Problem {
  return new Problem(
    408,
    "body_too_slow",
    "The body did not arrive in time. Send the request again.",
  );
}

/** The whole service sheds: 503, which every sender retries. */
export function overloaded(): Problem {
  return new Problem(
    503,
    "overloaded",
    "PagerPal has more to do than it can take in at the moment. Send the request again.",
    { headers: retryAfter(2_000) },
  );
}
