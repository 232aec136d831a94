/** `Idempotency-Key`: a request that is repeated with the same key is answered as it was the first time, and done once. */
import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { type RandomBytes, sha256Hex } from "../app/secrets.ts";
import type { Repositories, Store } from "../ports/store.ts";
import type { StoredResponse } from "../ports/system_repositories.ts";
import type { EdgeContext } from "./edge_env.ts";
import { Problem } from "./problem.ts";

export interface IdempotencyDeps {
  store: Store;
  secretKey: string;
  randomBytes: RandomBytes;
}

/** A JSON answer that can be kept and given again. */
export interface Answer<Body> {
  status: 201;
  body: Body;
}

/** What runs inside the transaction: all it writes is taken back when the key turns out to be used. */
export type Work<Body> = (tx: Repositories, nowMs: number) => Promise<Body>;

// AES-256-GCM, NIST SP 800-38D: a nonce of 96 bits, a tag of 128.
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class Idempotency {
  readonly #deps: IdempotencyDeps;
  readonly #key: Uint8Array;

  constructor(deps: IdempotencyDeps) {
    this.#deps = deps;
    this.#key = new Uint8Array(
      hkdfSync("sha256", deps.secretKey, "", "pagerpal idempotency", 32),
    );
  }

  /**
   * Promises the answer of a creation, done in one transaction together with remembering the answer. With a key that
   * was used before: that answer, where the request was the same; else it throws 422.
   */
  async create<Body>(
    c: EdgeContext,
    nowMs: number,
    work: Work<Body>,
  ): Promise<Answer<Body>> {
    const key = c.req.header("idempotency-key");
    if (key === undefined) {
      const body = await this.#deps.store.transaction((tx) => work(tx, nowMs));
      return { status: 201, body };
    }
    const scope = `account:${c.get("principal").account.id}`;
    const requestHash = await hashOf(c);
    const find = async () => {
      const stored = await this.#deps.store.idempotency.find(scope, key);
      return stored && this.#replay<Body>(c, stored, requestHash);
    };
    const before = await find();
    if (before) return before;
    try {
      return await this.#deps.store.transaction(async (tx) => {
        const body = await work(tx, nowMs);
        const sealed = this.#seal(JSON.stringify(body));
        const response = { requestHash, status: 201, body: sealed };
        if (!await tx.idempotency.insert(scope, key, response, nowMs)) {
          throw new KeyTaken();
        }
        return { status: 201, body };
      });
    } catch (error) {
      // The same request at the same moment: the other one won, or its row stands in the way of ours.
      const other = await find();
      if (other) return other;
      throw error;
    }
  }

  #replay<Body>(
    c: EdgeContext,
    stored: StoredResponse,
    requestHash: string,
  ): Answer<Body> {
    if (stored.requestHash !== requestHash) {
      throw new Problem(
        422,
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request. Use a new key for every request.",
      );
    }
    c.header("Idempotent-Replay", "true");
    try {
      return { status: 201, body: JSON.parse(this.#open(stored.body)) as Body };
    } catch {
      throw new Problem(
        409,
        "idempotency_answer_lost",
        "This request was done before, but its answer can no longer be read, because SECRET_KEY has changed.",
      );
    }
  }

  /** An answer may hold a key that is shown once, and the database must not be able to tell it. */
  #seal(text: string): string {
    const nonce = this.#deps.randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    const sealed = [nonce, cipher.update(text), cipher.final()];
    return concat([...sealed, cipher.getAuthTag()]).toBase64();
  }

  #open(sealed: string): string {
    const bytes = Uint8Array.fromBase64(sealed);
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce);
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return new TextDecoder().decode(concat([text, decipher.final()]));
  }
}

class KeyTaken extends Error {}

async function hashOf(c: EdgeContext): Promise<string> {
  return sha256Hex(`${c.req.method} ${c.req.path}\n${await c.req.text()}`);
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    parts.reduce((sum, part) => sum + part.byteLength, 0),
  );
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
