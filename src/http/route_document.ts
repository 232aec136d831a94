/** What the documentation says of a route beyond what its author wrote. */
import { z } from "@hono/zod-openapi";
import { type Access, isRole } from "./auth/access.ts";
import type { RouteSpec, Successes } from "./route_spec.ts";
import { STATUS_TEXT } from "./status_text.ts";

type Spec = RouteSpec<z.ZodType, z.ZodType, z.ZodType, Successes>;

export const ProblemDocument = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().openapi({ description: "A sentence for a person." }),
  code: z.string().openapi({ description: "Stable, for programs." }),
  request_id: z.string(),
  errors: z.array(
    z.object({ field: z.string(), message: z.string(), code: z.string() }),
  ).optional(),
  dependents: z.array(
    z.object({ kind: z.string(), id: z.int(), name: z.string() }),
  ).optional(),
}).openapi("Problem");

export const SECURITY_SCHEMES = {
  basic: {
    type: "http",
    scheme: "basic",
    description: "An account's e-mail address and password.",
  },
  token: {
    type: "http",
    scheme: "bearer",
    description: "An API token, scoped to a role.",
  },
  sourceKey: {
    type: "apiKey",
    in: "header",
    name: "X-API-Key",
    description:
      "An alert source's key. Also taken as Bearer token, as Basic password with any user name, and as last segment of the path.",
  },
  receiptToken: {
    type: "apiKey",
    in: "header",
    name: "X-Infobip-Receipt-Token",
    description: "Also taken as last segment of the path.",
  },
} as const;

/** Promises the security requirements, alternatives of each other; the least role that may is named as OpenAPI 3.1 has it. */
export function securityOf(access: Access): Record<string, string[]>[] {
  if (isRole(access)) return [{ basic: [access] }, { token: [access] }];
  if (access === "source_key") return [{ sourceKey: [] }];
  return access === "receipt_token" ? [{ receiptToken: [] }] : [];
}

/** Promises every success declared and every problem that the declaration makes possible. */
export function responsesOf(spec: Spec): Record<string, ResponseDocument> {
  const successes = Object.entries(spec.answers).map(([status, schema]) =>
    [
      status,
      schema === null ? { description: "Done." } : {
        description: "Success.",
        content: { "application/json": { schema } },
      },
    ] as const
  );
  const problems = problemsOf(spec).map((status) =>
    [
      String(status),
      {
        description: STATUS_TEXT[status] ?? "Error",
        content: { "application/problem+json": { schema: ProblemDocument } },
      },
    ] as const
  );
  return Object.fromEntries([...successes, ...problems]);
}

interface ResponseDocument {
  description: string;
  content?: Record<string, { schema: z.ZodType }>;
}

function problemsOf(spec: Spec): number[] {
  const statuses = new Set(spec.problems ?? []);
  if (spec.access !== "public") {
    for (const status of [401, 429, 503]) statuses.add(status);
  }
  if (isRole(spec.access)) statuses.add(403);
  if (spec.params) statuses.add(404);
  if (spec.body || spec.query || spec.idempotent) statuses.add(422);
  if (spec.rawBody) {
    for (const status of [400, 408, 413]) {
      statuses.add(status);
    }
  }
  if (spec.body) {
    for (const status of [400, 408, 413, 415]) statuses.add(status);
  }
  return [...statuses].sort((a, b) => a - b);
}
