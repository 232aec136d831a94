/** Schemas as rows of a table: what a field is called, what it may be, and what its author wrote about it. */
import type { SchemaNode } from "./api_schema.ts";

/** A piece of a type in words; `schema` where it is the name of one that is described by itself. */
export interface TypePart {
  text: string;
  schema?: string;
}

export interface FieldRow {
  /** As `steps[].targets[].id`. */
  name: string;
  type: TypePart[];
  required: boolean;
  description: string;
}

/** Fields of fields are rows of the same table down to this depth. */
const DEEPEST = 4;

/** Promises the rows of all fields, those of nested objects after their own; none where the schema is no object. */
export function fieldRows(
  schema: SchemaNode,
  prefix = "",
  depth = 0,
): FieldRow[] {
  if (schema.allOf) {
    return schema.allOf.flatMap((part) => fieldRows(part, prefix, depth));
  }
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, field]) => {
    const [inner, suffix] = depth < DEEPEST ? innerObject(field) : NOTHING;
    const row = {
      name: prefix + name,
      // Its fields follow.
      type: inner ? typeParts(withoutFields(field)) : typeParts(field),
      required: required.includes(name),
      description: field.description ?? "",
    };
    return inner
      ? [row, ...fieldRows(inner, `${prefix}${name}${suffix}.`, depth + 1)]
      : [row];
  });
}

/** Promises the type in words, with its bounds. */
export function typeParts(schema: SchemaNode): TypePart[] {
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return [{ text: name, schema: name }];
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return joined(choices.map(typeParts), " or ");
  if (schema.enum) return [{ text: oneOf(schema.enum) }];
  if (schema.const !== undefined) {
    return [{ text: JSON.stringify(schema.const) }];
  }
  if (schema.allOf) return joined(namedParts(schema).map(typeParts), " and ");
  if (schema.items) return [{ text: "list of " }, ...typeParts(schema.items)];
  if (schema.properties) return objectParts(schema.properties);
  return [{ text: plainType(schema) + bounds(schema) }];
}

/** An object without a name is told by the names of its fields, and by what is in them where that has a name. */
function objectParts(properties: Record<string, SchemaNode>): TypePart[] {
  const fields = Object.entries(properties).map(([name, field]) => {
    const parts = typeParts(field);
    const isNamed = parts.some(({ schema }) => schema !== undefined);
    return [
      { text: name },
      ...isNamed ? [{ text: " (" }, ...parts, { text: ")" }] : [],
    ];
  });
  return [{ text: "object with " }, ...joined(fields, ", ")];
}

/** Promises the named schemas whose fields this one has too. */
export function namedParts({ allOf = [] }: SchemaNode): SchemaNode[] {
  return allOf.filter((part) => part.$ref !== undefined);
}

const NOTHING: [null, string] = [null, ""];

function withoutFields(schema: SchemaNode): SchemaNode {
  const { properties: _, ...rest } = schema;
  return {
    ...rest,
    ...rest.items ? { items: withoutFields(rest.items) } : {},
    ...rest.anyOf ? { anyOf: rest.anyOf.map(withoutFields) } : {},
    ...rest.oneOf ? { oneOf: rest.oneOf.map(withoutFields) } : {},
  };
}

function innerObject(schema: SchemaNode): [SchemaNode | null, string] {
  const choices = (schema.anyOf ?? schema.oneOf ?? [schema]).filter((one) =>
    one.type !== "null"
  );
  const [only] = choices;
  if (choices.length !== 1 || !only) return NOTHING;
  if (only.properties) return [only, ""];
  return only.items?.properties ? [only.items, "[]"] : NOTHING;
}

function plainType({ type, format }: SchemaNode): string {
  const named = [type ?? "anything"].flat().join(" or ");
  return format === "date-time" ? named.replace("string", "instant") : named;
}

function oneOf(values: unknown[]): string {
  return values.map((value) =>
    typeof value === "string" ? value : JSON.stringify(value)
  ).join(", ");
}

function bounds(schema: SchemaNode): string {
  const { minimum, maximum, minLength, maxLength } = schema;
  const limits = [
    range(minimum, safe(maximum), ""),
    range(minLength, maxLength, " characters"),
  ].filter((limit) => limit !== "");
  return limits.map((limit) => `, ${limit}`).join("");
}

/** What JSON's numbers hold at most is no limit that anybody set. */
function safe(maximum: number | undefined): number | undefined {
  return maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
}

function range(
  least: number | undefined,
  most: number | undefined,
  unit: string,
): string {
  if (most !== undefined) {
    return `${least ?? "at most"} ${
      least === undefined ? "" : "to "
    }${most}${unit}`;
  }
  return least === undefined || least === Number.MIN_SAFE_INTEGER
    ? ""
    : `${least}${unit} or more`;
}

function joined(lists: TypePart[][], between: string): TypePart[] {
  return lists.flatMap((list, index) =>
    index === 0 ? list : [{ text: between }, ...list]
  );
}
