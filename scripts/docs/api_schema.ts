/** The part of OpenAPI 3.1 and of JSON Schema that the reference shows. */
import { z } from "zod";

/** A schema, or a reference to a named one. */
export interface SchemaNode {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  description?: string | undefined;
  properties?: Record<string, SchemaNode> | undefined;
  required?: string[] | undefined;
  items?: SchemaNode | undefined;
  anyOf?: SchemaNode[] | undefined;
  oneOf?: SchemaNode[] | undefined;
  allOf?: SchemaNode[] | undefined;
  enum?: unknown[] | undefined;
  const?: unknown;
  format?: string | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
}

const Node: z.ZodType<SchemaNode> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    properties: z.record(z.string(), Node).optional(),
    required: z.array(z.string()).optional(),
    items: Node.optional(),
    anyOf: z.array(Node).optional(),
    oneOf: z.array(Node).optional(),
    allOf: z.array(Node).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    format: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
  })
);

const Content = z.record(z.string(), z.object({ schema: Node.optional() }));

const Operation = z.object({
  operationId: z.string(),
  tags: z.array(z.string()).min(1),
  summary: z.string().default(""),
  description: z.string().default(""),
  /** Alternatives; the names in a scheme are roles. */
  security: z.array(z.record(z.string(), z.array(z.string()))).default([]),
  parameters: z.array(z.object({
    name: z.string(),
    in: z.string(),
    required: z.boolean().default(false),
    description: z.string().optional(),
    schema: Node.default({}),
  })).default([]),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(
    z.string(),
    z.object({ description: z.string(), content: Content.optional() }),
  ),
});

export type ApiOperation = z.infer<typeof Operation>;

/** Methods in the order in which they are shown. */
export const METHODS = ["get", "post", "put", "patch", "delete"] as const;

export const ApiDocumentSchema = z.object({
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.partialRecord(z.enum(METHODS), Operation)),
  components: z.object({ schemas: z.record(z.string(), Node) }),
});

export type ApiDocument = z.infer<typeof ApiDocumentSchema>;
