/** How a route of the API is declared: once, for the router, the validation, the documentation and the access check. */
import type { z } from "@hono/zod-openapi";
import type { Access } from "./auth/access.ts";
import type { EdgeContext, Principal } from "./edge_env.ts";
import type { BodyLimits } from "./read_body.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** The schema of each success's body, by status; null: no body. */
export type Successes = Record<number, z.ZodType | null>;

export interface RouteSpec<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answers extends Successes,
> {
  method: Method;
  /** In OpenAPI's form, as `/api/v1/teams/{id}`. */
  path: `/${string}`;
  access: Access;
  /** The operation id: a verb and a noun in camelCase, unique. */
  name: string;
  tag: string;
  /** One line. */
  summary: string;
  description?: string;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Of the body, where it is not what the others may have; the sentence is for whoever sends more. */
  bodyLimit?: Pick<BodyLimits, "bytes" | "message">;
  /** Documents a body that the handler reads by itself, whatever its Content-Type says. */
  rawBody?: { description: string };
  answers: Answers;
  /** Statuses of problems beyond those that follow from the rest of the declaration. */
  problems?: number[];
  /** Takes `Idempotency-Key`. */
  idempotent?: boolean;
}

/** One of the declared successes. */
export type Reply<Answers extends Successes> = {
  [Status in keyof Answers]: Answers[Status] extends z.ZodType
    ? { status: Status; body: z.input<Answers[Status]> }
    : { status: Status };
}[keyof Answers];

export interface Input<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Not there on routes without a role: reading it throws. */
  readonly principal: Principal;
  c: EdgeContext;
}

export type RouteHandler<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answers extends Successes,
> = (
  input: Input<z.output<Params>, z.output<Query>, z.output<Body>>,
) => Promise<Reply<Answers>> | Reply<Answers>;

export function ok<T>(body: T): { status: 200; body: T } {
  return { status: 200, body };
}

export function created<T>(body: T): { status: 201; body: T } {
  return { status: 201, body };
}

export const DONE: { status: 204 } = { status: 204 };
