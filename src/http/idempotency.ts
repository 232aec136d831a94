/** `Idempotency-Key`: a request that is repeated with the same key is answered as it was the first time, and done once. */
import { createSeal, type Seal } from "../app/seal.ts";
import { sha256Hex } from "../app/secrets.ts";
import type { Repositories, Store } from "../ports/store.ts";
import type { StoredResponse } from "../ports/system_repositories.ts";
import type { EdgeContext } from "./edge_env.ts";
import { Problem } from "./problem.ts";

export interface IdempotencyDeps {
  store: Store;
  secretKey: string;
}

/** A JSON answer that can be kept and given again. */
export interface Answer<Body> {
  status: 201;
  body: Body;
}

/** What runs inside the transaction: all it writes is taken back when the key turns out to be used. */
export type Work<Body> = (tx: Repositories, nowMs: number) => Promise<Body>;

export class Idempotency {
  readonly #deps: IdempotencyDeps;
  readonly #seal: Seal;

  constructor(deps: IdempotencyDeps) {
    this.#deps = deps;
    this.#seal = createSeal(deps.secretKey, "idempotency");
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
    const { store } = this.#deps;
    const claim = await this.#claim(c);
    if (claim === null) {
      const body = await store.transaction((tx) => work(tx, nowMs));
      return { status: 201, body };
    }
    const before = await this.#find<Body>(c, claim);
    if (before) return before;
    try {
      const body = await store.transaction(async (tx) => {
        const body = await work(tx, nowMs);
        if (await this.#remember(tx, { claim, body, nowMs })) return body;
        throw new Error("The idempotency key was used a moment ago.");
      });
      return { status: 201, body };
    } catch (error) {
      // The same request at the same moment: the other one won, or its row stands in the way of ours.
      const other = await this.#find<Body>(c, claim);
      if (other) return other;
      throw error;
    }
  }

  /**
   * The same for work that has a transaction of its own. Two requests with the same key at the very same moment may
   * both be done; a later repetition is not.
   */
  async once<Body>(
    c: EdgeContext,
    nowMs: number,
    work: () => Promise<Body>,
  ): Promise<Answer<Body>> {
    const claim = await this.#claim(c);
    if (claim === null) return { status: 201, body: await work() };
    const before = await this.#find<Body>(c, claim);
    if (before) return before;
    const body = await work();
    await this.#remember(this.#deps.store, { claim, body, nowMs });
    return { status: 201, body };
  }

  /** What the request is repeated by; null without the header. */
  async #claim(c: EdgeContext): Promise<Claim | null> {
    const key = c.req.header("idempotency-key");
    if (key === undefined) return null;
    const request = `${c.req.method} ${c.req.path}\n${await c.req.text()}`;
    return {
      scope: `account:${c.get("principal").account.id}`,
      key,
      requestHash: sha256Hex(request),
    };
  }

  async #find<Body>(
    c: EdgeContext,
    { scope, key, requestHash }: Claim,
  ): Promise<Answer<Body> | null> {
    const stored = await this.#deps.store.idempotency.find(scope, key);
    return stored && await this.#replay<Body>(c, stored, requestHash);
  }

  /** False when another request has used the key meanwhile. */
  async #remember(
    tx: Pick<Repositories, "idempotency">,
    { claim, body, nowMs }: { claim: Claim; body: unknown; nowMs: number },
  ): Promise<boolean> {
    const { scope, key, requestHash } = claim;
    // An answer may hold a key that is shown once, and the database must not be able to tell it.
    const sealed = await this.#seal.close(JSON.stringify(body));
    const response = { requestHash, status: 201, body: sealed };
    return await tx.idempotency.insert(scope, key, response, nowMs);
  }

  async #replay<Body>(
    c: EdgeContext,
    stored: StoredResponse,
    requestHash: string,
  ): Promise<Answer<Body>> {
    if (stored.requestHash !== requestHash) {
      throw new Problem(
        422,
        "idempotency_key_reused",
        "This Idempotency-Key was used for another request. Use a new key for every request.",
      );
    }
    c.header("Idempotent-Replay", "true");
    try {
      const text = await this.#seal.open(stored.body);
      return { status: 201, body: JSON.parse(text) as Body };
    } catch {
      throw new Problem(
        409,
        "idempotency_answer_lost",
        "This request was done before, but its answer can no longer be read, because SECRET_KEY has changed.",
      );
    }
  }
}

interface Claim {
  scope: string;
  key: string;
  requestHash: string;
}
