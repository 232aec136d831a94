/** Hono's router, which looks for a path anew with every request; nearly all requests ask for a few that never change. */
import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/** Remembers what is found for paths without a parameter, of methods that routes are declared for. */
export class RememberingRouter<T> implements Router<T> {
  readonly name = "RememberingRouter";
  // The only one of Hono's own that takes every path we have.
  readonly #router = new TrieRouter<T>();
  readonly #fixed = new Set<string>();
  readonly #found = new Map<string, Map<string, Result<T>>>();

  add(method: string, path: string, handler: T): void {
    this.#router.add(method, path, handler);
    if (!/[:*]/.test(path)) this.#fixed.add(path);
    if (!this.#found.has(method)) this.#found.set(method, new Map());
    // What was found before may be more by now.
    for (const found of this.#found.values()) found.clear();
  }

  match(method: string, path: string): Result<T> {
    const found = this.#found.get(method);
    if (found === undefined || !this.#fixed.has(path)) {
      return this.#router.match(method, path);
    }
    const known = found.get(path);
    if (known !== undefined) return known;
    const result = this.#router.match(method, path);
    found.set(path, result);
    return result;
  }
}
