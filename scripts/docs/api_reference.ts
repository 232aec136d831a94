/** What the API reference shows, made from the OpenAPI document. */
import {
  type ApiDocument,
  type ApiOperation,
  METHODS,
  type SchemaNode,
} from "./api_schema.ts";
import {
  type FieldRow,
  fieldRows,
  namedParts,
  type TypePart,
  typeParts,
} from "./api_types.ts";

export interface ShownOperation {
  /** Its anchor, the operation's id. */
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  auth: string;
  parameters: (FieldRow & { in: string })[];
  body: ShownBody | null;
  answers: { status: string; description: string; type: TypePart[] }[];
  /** Statuses of its problem documents, which are described once. */
  problems: string[];
}

export interface ShownBody {
  type: TypePart[];
  rows: FieldRow[];
}

export interface ShownSchema {
  name: string;
  /** Its anchor. */
  id: string;
  description: string;
  /** The named schemas whose fields it has besides its own. */
  also: TypePart[];
  /** What it is where it has no fields. */
  type: TypePart[];
  rows: FieldRow[];
}

export interface ApiReference {
  groups: { title: string; id: string; operations: ShownOperation[] }[];
  schemas: ShownSchema[];
}

const AUTH: Record<string, string> = {
  basic: "an account",
  token: "an API token",
  sourceKey: "the alert source's key",
  receiptToken: "the receipt token",
};

/** Promises every operation, by its first tag and in the order of the document, and every named schema by its name. */
export function apiReference(document: ApiDocument): ApiReference {
  const byTag = new Map<string, ShownOperation[]>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const tag = operation.tags[0] ?? "";
      byTag.set(tag, [
        ...byTag.get(tag) ?? [],
        shownOperation(operation, { method, path }),
      ]);
    }
  }
  return {
    groups: [...byTag].map(([title, operations]) => ({
      title,
      id: title.toLowerCase().replaceAll(" ", "-"),
      operations,
    })),
    schemas: Object.entries(document.components.schemas)
      .toSorted(([a], [b]) => a < b ? -1 : 1)
      .map(([name, schema]) => shownSchema(name, schema)),
  };
}

/** Promises the anchor of a named schema. */
export function schemaId(name: string): string {
  return `schema-${name}`;
}

function shownOperation(
  operation: ApiOperation,
  { method, path }: { method: string; path: string },
): ShownOperation {
  const statuses = Object.entries(operation.responses);
  const isProblem = (content: ApiOperation["responses"][string]["content"]) =>
    content !== undefined && "application/problem+json" in content;
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    description: operation.description,
    auth: authWords(operation.security),
    parameters: operation.parameters.map((parameter) => ({
      name: parameter.name,
      in: parameter.in,
      type: typeParts(parameter.schema),
      required: parameter.required,
      description: parameter.description ?? parameter.schema.description ?? "",
    })),
    body: shownBody(operation),
    answers: statuses
      .filter(([, { content }]) => !isProblem(content))
      .map(([status, { description, content }]) => ({
        status,
        description,
        type: Object.entries(content ?? {}).flatMap(([media, { schema }]) =>
          schema ? typeParts(schema) : [{ text: media }]
        ),
      })),
    problems: statuses
      .filter(([, { content }]) => isProblem(content))
      .map(([status]) => status),
  };
}

function authWords(security: ApiOperation["security"]): string {
  const schemes = security.flatMap((one) => Object.entries(one));
  if (schemes.length === 0) return "nothing";
  const names = schemes.map(([name]) => AUTH[name] ?? name).join(" or ");
  const [role] = schemes.flatMap(([, roles]) => roles);
  return role === undefined ? names : `${names} with the role ${role}`;
}

function shownBody({ requestBody }: ApiOperation): ShownBody | null {
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
  return schema ? { type: typeParts(schema), rows: fieldRows(schema) } : null;
}

function shownSchema(name: string, schema: SchemaNode): ShownSchema {
  const rows = fieldRows(schema);
  return {
    name,
    id: schemaId(name),
    description: schema.description ?? "",
    also: namedParts(schema).flatMap(typeParts),
    type: rows.length > 0 ? [] : typeParts(schema),
    rows,
  };
}
