/** All chance of a simulation: streams of numbers that follow from one seed. */
import { createHash } from "node:crypto";
import { uniformFloat64 } from "npm:pure-rand@8.4.2/distribution/uniformFloat64";
import { uniformInt } from "npm:pure-rand@8.4.2/distribution/uniformInt";
import { xoroshiro128plus } from "npm:pure-rand@8.4.2/generator/xoroshiro128plus";

/** One stream. Each purpose has its own, so that what one part draws does not change what another will. */
export class Chance {
  readonly #numbers: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number, purpose: string) {
    const digest = createHash("sha256").update(`${seed} ${purpose}`).digest();
    this.#numbers = xoroshiro128plus(digest.readInt32LE());
  }

  /** Promises a number in [0, 1), as Math.random. */
  readonly float = (): number => uniformFloat64(this.#numbers);

  /** Promises a whole number, both ends included. */
  int(least: number, most: number): number {
    return uniformInt(this.#numbers, least, most);
  }

  happens(probability: number): boolean {
    return this.float() < probability;
  }

  pick<T>(from: readonly [T, ...T[]]): T;
  pick<T>(from: readonly T[]): T | undefined;
  pick<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : from[this.int(0, from.length - 1)];
  }

  /** Promises some of these, at least one, in their order. */
  some<T>(from: readonly T[]): T[] {
    const kept = from.filter(() => this.happens(0.5));
    return kept.length > 0 ? kept : from.slice(0, 1);
  }

  /** Promises bytes; not for secrets. */
  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(0, 255));
  }

  /** Promises an id of the shape of a UUID. */
  id(): string {
    const hex = this.bytes(16).toHex();
    const parts = [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]];
    return parts.map(([from, to]) => hex.slice(from, to)).join("-");
  }
}
