/** The API's documentation, made from the schemas that validate. */
import { Eta } from "eta";
import type { EdgeContext } from "../http/edge_env.ts";
import { SECURITY_SCHEMES } from "../http/route_document.ts";
import type { Routes } from "../http/routes.ts";
import { z } from "@hono/zod-openapi";
import type { AppDeps } from "./deps.ts";
import { DOCS_CSS, DOCS_TEMPLATE } from "./docs_page.ts";

const tag = "System";

type Document = ReturnType<Routes["app"]["getOpenAPI31Document"]>;

/** Adds the document, a page that shows it, and the page's stylesheet. */
export function addDocs(routes: Routes, deps: AppDeps): void {
  let made: Document | undefined;
  const document = () => made ??= openApiDocument(routes, deps.config);

  routes.raw({
    method: "get",
    path: "/api/v1/openapi.json",
    access: "viewer",
    name: "getOpenApiDocument",
    tag,
    summary: "This documentation, as OpenAPI 3.1",
    answers: { 200: z.record(z.string(), z.unknown()) },
  }, (c) => c.json(document()));

  const eta = new Eta({ autoEscape: true, rmWhitespace: true });
  let page: string | undefined;
  const html = () =>
    page ??= eta.renderString(DOCS_TEMPLATE, listing(document()));
  routes.page("/api/docs", "viewer", (c: EdgeContext) => c.html(html()));
  routes.page(
    "/api/docs/style.css",
    "public",
    (c: EdgeContext) => c.body(DOCS_CSS, 200, { "content-type": "text/css" }),
  );
}

/** Promises the OpenAPI 3.1 document of every route in the table. */
export function openApiDocument(
  routes: Routes,
  { version, baseUrl }: { version: string; baseUrl: string },
): Document {
  const document = routes.app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "PagerPal",
      version,
      description:
        "Times are ISO 8601 in UTC. Errors are problem documents (RFC 9457) with a stable `code`.",
    },
    servers: [{ url: baseUrl }],
  });
  return {
    ...document,
    components: { ...document.components, securitySchemes: SECURITY_SCHEMES },
  };
}

interface Operation {
  method: string;
  path: string;
  summary: string;
  description: string;
  parameters: string[];
  body: string | null;
  answers: string[];
}

/** Promises what the page lists: operations by tag, and every named schema. */
function listing(document: Document) {
  const byTag = new Map<string, Operation[]>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of ["get", "post", "put", "patch", "delete"] as const) {
      const operation = item[method];
      if (!operation) continue;
      const name = operation.tags?.[0] ?? "Other";
      const list = byTag.get(name) ?? [];
      list.push({
        method: method.toUpperCase(),
        path,
        summary: operation.summary ?? "",
        description: operation.description ?? "",
        parameters: (operation.parameters ?? []).map((parameter) =>
          "name" in parameter ? `${parameter.name} (${parameter.in})` : ""
        ),
        body: bodyName(operation.requestBody),
        answers: Object.keys(operation.responses ?? {}),
      });
      byTag.set(name, list);
    }
  }
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => ({ name, text: JSON.stringify(schema, null, 2) }),
  );
  return { title: document.info.title, tags: [...byTag], schemas };
}

function bodyName(body: unknown): string | null {
  const reference = /"\$ref":"#\/components\/schemas\/([^"]+)"/
    .exec(JSON.stringify(body) ?? "")?.[1];
  return body === undefined ? null : reference ?? "an object";
}
