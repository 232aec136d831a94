/** What makes one kind of record of the API different from the others. */
import type { z } from "@hono/zod-openapi";
import type { Given } from "../app/given.ts";
import type { RecordKind, Row } from "../app/records.ts";

/** A kind of record with its routes. `Fields` is what a caller may write, already parsed; `Shown` is what the API answers. */
export interface Resource<
  T extends Row,
  Fields,
  Shown extends Record<string, unknown>,
> extends RecordKind<T, Fields, Shown> {
  /** As `/api/v1/escalation-policies`. */
  path: `/${string}`;
  tag: string;
  /** As `EscalationPolicy`, for operation ids. */
  name: string;
  plural: string;
  create: z.ZodType<Fields>;
  change: z.ZodType<Given<Fields>>;
  shown: z.ZodType<unknown, Shown>;
  /** Filters besides the page; `team_id` is passed on as `teamId`. */
  byTeam: boolean;
  /** null: the resource has a creation of its own. */
  insert: "plain" | null;
}
