/** What of the API reference can be linked to, is listed in its contents, and is found by the search. */
import type { ApiReference } from "./api_reference.ts";
import type { Heading, Section } from "./markdown.ts";

/** Promises the anchors, the headings of the groups, and a section for each operation and schema. */
export function apiSections(
  { groups, schemas }: ApiReference,
): { ids: string[]; headings: Heading[]; sections: Section[] } {
  const operations = groups.flatMap((group) => group.operations);
  const headings = [
    ...groups.map(({ id, title }) => ({ level: 2, id, text: title })),
    { level: 2, id: "schemas", text: "Schemas" },
  ];
  const sections = [
    ...operations.map((operation) => ({
      id: operation.id,
      heading: `${operation.method} ${operation.path}`,
      text: `${operation.summary}. ${operation.description}`,
    })),
    ...schemas.map(({ id, name, description, rows }) => ({
      id,
      heading: name,
      text: `${description} ${rows.map((row) => row.name).join(" ")}`,
    })),
  ];
  return {
    ids: [...headings, ...sections].map(({ id }) => id),
    headings,
    sections,
  };
}
