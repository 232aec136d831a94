/** What happened: a story for people, and a fingerprint by which two runs of a seed are compared. */
import { createHash } from "node:crypto";

export class Journal {
  readonly #lines: string[] = [];
  readonly #hash = createHash("sha256");
  readonly #now: () => number;
  #fingerprint: string | null = null;
  readonly #trace: ((line: string) => void) | null;

  /** `trace` hears of every detail, to find where two runs part. */
  constructor(now: () => number, trace: ((line: string) => void) | null) {
    this.#now = now;
    this.#trace = trace;
  }

  /** A line of the story. */
  tell(who: string, what: string): void {
    const line = `${this.#time()}  ${who.padEnd(10)} ${what}`;
    this.#lines.push(line);
    this.detail(line);
  }

  /** Part of the fingerprint, not of the story. */
  detail(what: string): void {
    if (this.#fingerprint !== null) return;
    const line = `${this.#now()} ${what}\n`;
    this.#hash.update(line);
    this.#trace?.(line);
  }

  get story(): readonly string[] {
    return this.#lines;
  }

  /** Promises the fingerprint of all that has happened; what comes after it counts no more. */
  end(): string {
    this.#fingerprint ??= this.#hash.digest("hex").slice(0, 16);
    return this.#fingerprint;
  }

  #time(): string {
    const ms = this.#now();
    const minutes = String(Math.floor(ms / 60_000)).padStart(3);
    const seconds = ((ms % 60_000) / 1_000).toFixed(3).padStart(6, "0");
    return `${minutes}:${seconds}`;
  }
}
