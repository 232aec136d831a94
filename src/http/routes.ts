/** The table of all routes. What is not in it is not served; what is in it says who may use it. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Handler, MiddlewareHandler } from "hono";
import type { ContentfulStatusCode, StatusCode } from "hono/utils/http-status";
import {
  type Access,
  ACCESSES,
  type GuardOptions,
  guards,
} from "./auth/access.ts";
import type { EdgeContext, EdgeEnv } from "./edge_env.ts";
import { Problem } from "./problem.ts";
import { responsesOf, securityOf } from "./route_document.ts";
import type {
  Method,
  RouteHandler,
  RouteSpec,
  Successes,
} from "./route_spec.ts";
import { validationProblem } from "./validation.ts";

/** What the walk over all routes needs to know. */
export interface DeclaredRoute {
  method: string;
  path: string;
  access: Access;
  answers: Successes;
}

export interface RoutesOptions extends GuardOptions {
  /** Reads and limits the body before it is parsed; to what the route says, where it does. */
  limitBody(
    own: Spec["bodyLimit"],
  ): MiddlewareHandler<EdgeEnv>;
}

type Spec = RouteSpec<z.ZodType, z.ZodType, z.ZodType, Successes>;

const NOTHING = z.object({});

export class Routes {
  readonly app: OpenAPIHono<EdgeEnv>;
  readonly declared: DeclaredRoute[] = [];
  readonly #patterns = new Map<string, string>();
  readonly #options: RoutesOptions;

  constructor(app: OpenAPIHono<EdgeEnv>, options: RoutesOptions) {
    this.app = app;
    this.#options = options;
    app.defaultHook = (result) => {
      if (!result.success) {
        throw validationProblem(result.target, result.error);
      }
    };
  }

  /** Serves and documents a route that takes and answers JSON. */
  add<
    Answers extends Successes,
    Params extends z.ZodType = typeof NOTHING,
    Query extends z.ZodType = typeof NOTHING,
    Body extends z.ZodType = typeof NOTHING,
  >(
    spec: RouteSpec<Params, Query, Body, Answers>,
    handler: RouteHandler<Params, Query, Body, Answers>,
  ): void {
    this.raw(spec, async (c) => {
      const reply = await handler({
        params: validated(c, "param", spec.params) as z.output<Params>,
        query: validated(c, "query", spec.query) as z.output<Query>,
        body: validated(c, "json", spec.body) as z.output<Body>,
        get principal() {
          return c.get("principal");
        },
        c,
      }) as { status: number; body?: unknown };
      return reply.body === undefined
        ? c.body(null, reply.status as StatusCode)
        : c.json(reply.body, reply.status as ContentfulStatusCode);
    });
  }

  /** The same for a route that makes its own Response. */
  raw<
    Answers extends Successes,
    Params extends z.ZodType,
    Query extends z.ZodType,
    Body extends z.ZodType,
  >(
    spec: RouteSpec<Params, Query, Body, Answers>,
    handler: Handler<EdgeEnv>,
  ): void {
    this.#declare(spec as unknown as Spec);
    const { params, query, body } = spec;
    const route = createRoute({
      method: spec.method,
      path: spec.path,
      operationId: spec.name,
      tags: [spec.tag],
      summary: spec.summary,
      ...(spec.description === undefined
        ? {}
        : { description: spec.description }),
      security: securityOf(spec.access),
      middleware: [
        ...guards(spec.access, this.#options),
        ...(body ? [this.#options.limitBody(spec.bodyLimit)] : []),
      ],
      request: {
        ...(params ? { params: params as never } : {}),
        ...(query ? { query: query as never } : {}),
        ...(body
          ? {
            body: {
              required: true,
              content: { "application/json": { schema: body } },
            },
          }
          : {}),
        ...(spec.rawBody ? { body: rawBodyOf(spec.rawBody) } : {}),
        ...(spec.idempotent ? { headers: IDEMPOTENCY_HEADERS } : {}),
      },
      responses: responsesOf(spec as unknown as Spec),
    });
    this.app.openapi(route, handler as never);
  }

  /** Serves what is no part of the JSON API (a page, a stylesheet, a form's target) and is not in its documentation. */
  page(
    path: `/${string}`,
    access: Access,
    handler: Handler<EdgeEnv>,
    method: Method = "get",
  ): void {
    this.#declare({ method, path, access, answers: {} });
    this.app.on(
      method,
      [honoPath(path)],
      ...guards(access, this.#options),
      handler,
    );
  }

  /**
   * Throws when the app serves a route that nobody declared. Then answers 405 where a path is known and its method not.
   * To be called once, after the last route.
   */
  seal(): void {
    const known = new Set(
      this.declared.map((r) => `${r.method.toUpperCase()} ${honoPath(r.path)}`),
    );
    for (const { method, path } of this.app.routes) {
      if (method !== "ALL" && !known.has(`${method} ${path}`)) {
        throw new Error(`${method} ${path} is served without a declared role.`);
      }
    }
    const byPath = Map.groupBy(this.declared, (r) => honoPath(r.path));
    for (const [path, routes] of byPath) {
      const allow = [...new Set(routes.map((r) => r.method.toUpperCase()))];
      this.app.all(path, (c) => {
        throw new Problem(
          405,
          "method_not_allowed",
          `${c.req.method} is not possible here. Use ${allow.join(" or ")}.`,
          { headers: { allow: allow.join(", ") } },
        );
      });
    }
  }

  /** Promises a declared route's pattern by its path as Hono has it, null for any other. */
  patternOf(path: string): string | null {
    return this.#patterns.get(path) ?? null;
  }

  #declare({ method, path, access, answers }: DeclaredRoute): void {
    if (!ACCESSES.includes(access)) {
      throw new Error(`${method} ${path} does not say who may use it.`);
    }
    this.declared.push({ method, path, access, answers });
    this.#patterns.set(honoPath(path), path);
  }
}

const IDEMPOTENCY_HEADERS = z.object({
  "idempotency-key": z.string()
    .regex(
      /^[\x21-\x7e]{1,255}$/,
      "1 to 255 visible ASCII characters, no blanks.",
    )
    .optional()
    .openapi({
      description:
        "Makes a repetition safe: the same key with the same request answers what the first one did.",
    }),
});

/** A schema that is not zod's is documented and not validated. */
function rawBodyOf({ description }: { description: string }) {
  const schema = { type: "object" as const, description };
  return { required: true, content: { "application/json": { schema } } };
}

function validated(
  c: EdgeContext,
  target: "param" | "query" | "json",
  schema: z.ZodType | undefined,
): unknown {
  return schema ? c.req.valid(target as never) : {};
}

function honoPath(path: string): string {
  return path.replaceAll(/\/{(.+?)}/g, "/:$1");
}
