/**
 * API keys of alert sources, API tokens of accounts and tokens of calendar feeds: made, taken apart, compared. Only a
 * hash is kept. SHA-256 is enough for them, because each holds more than 128 random bits; passwords go through argon2id
 * instead.
 */
import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";

/** Promises `length` bytes that nobody can guess, as crypto.getRandomValues. */
export type RandomBytes = (length: number) => Uint8Array;

/** A new secret: `text` is shown once, `publicId` and `hash` are kept. */
export interface NewSecret {
  text: string;
  publicId: string;
  hash: string;
}

const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const SOURCE_KEY = /^pp([A-Za-z0-9]{8})[A-Za-z0-9]{22}$/;
const API_TOKEN = /^ppt_([A-Za-z0-9]{8})[A-Za-z0-9]{32}$/;
const FEED_TOKEN = /^ppc_([A-Za-z0-9]{8})[A-Za-z0-9]{32}$/;
const PUBLIC_ID_LENGTH = 8;

/** Promises a key of 32 characters: `pp`, a public id of 8, a secret of 22 (131 bits). */
export function newSourceKey(randomBytes: RandomBytes): NewSecret {
  return newSecret("pp", 22, randomBytes);
}

/** Promises a token of 44 characters: `ppt_`, a public id of 8, a secret of 32 (190 bits). */
export function newApiToken(randomBytes: RandomBytes): NewSecret {
  return newSecret("ppt_", 32, randomBytes);
}

/** Promises the token of a calendar feed, 44 characters: `ppc_`, a public id of 8, a secret of 32 (190 bits). */
export function newFeedToken(randomBytes: RandomBytes): NewSecret {
  return newSecret("ppc_", 32, randomBytes);
}

/** Promises the public id in the token of a feed; null for a text that is no such token. */
export function feedTokenId(text: string): string | null {
  return FEED_TOKEN.exec(text)?.[1] ?? null;
}

/** Promises the public id in a source key; null for a text that is no such key. */
export function sourceKeyId(text: string): string | null {
  return SOURCE_KEY.exec(text)?.[1] ?? null;
}

/** Promises the public id in an API token; null for a text that is no such token. */
export function apiTokenId(text: string): string | null {
  return API_TOKEN.exec(text)?.[1] ?? null;
}

/** Promises the key as lists show it: its public part and 22 stars. */
export function maskedSourceKey(keyId: string): string {
  return `pp${keyId}${"*".repeat(22)}`;
}

/** Promises the SHA-256 of the text in UTF-8, 64 hexadecimal digits in lower case. */
export function sha256Hex(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** As sameSecret, for two hashes of sha256Hex: what is of another length is none, and that is no secret. */
export function sameHash(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Promises whether two texts are equal, in a time that does not tell where they differ or how long they are. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function newSecret(
  prefix: string,
  secretLength: number,
  randomBytes: RandomBytes,
): NewSecret {
  const publicId = randomText(PUBLIC_ID_LENGTH, randomBytes);
  const text = prefix + publicId + randomText(secretLength, randomBytes);
  return { text, publicId, hash: sha256Hex(text) };
}

/** Every character is equally likely: bytes above the largest multiple of 62 are thrown away. */
function randomText(length: number, randomBytes: RandomBytes): string {
  const fair = 256 - (256 % ALPHABET.length);
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < fair && text.length < length) {
        text += ALPHABET.charAt(byte % ALPHABET.length);
      }
    }
  }
  return text;
}
