/** What columns hold, on both databases. */
import type { Generated } from "kysely";

export type Id = Generated<number>;
/** Epoch milliseconds. */
export type Instant = number;
/** 0 or 1. */
export type Flag = number;
/** JSON text. */
export type Json = string;

export interface Stamps {
  created_at_ms: Instant;
  updated_at_ms: Instant;
}
