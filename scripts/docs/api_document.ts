/** The OpenAPI document, asked of PagerPal itself. */
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { compose } from "../../src/compose.ts";
import { readConfig } from "../../src/config.ts";
import { openDatabase } from "../../src/open_database.ts";
import { NEWEST_SCHEMA_VERSION } from "../../src/store/migrations.ts";
import { VERSION } from "../../src/version.ts";
import { saveAdmin } from "../create_admin/save_admin.ts";
import { type ApiDocument, ApiDocumentSchema } from "./api_schema.ts";

/** The address that examples are written with. */
const BASE_URL = "https://pager.example.com";

/**
 * Promises the document as a running PagerPal of this version serves it, as text for a file and read. It is composed on
 * an empty database in a temporary folder, and asked by an admin who is gone with it.
 */
export async function readApiDocument(): Promise<
  { text: string; document: ApiDocument }
> {
  const folder = await Deno.makeTempDir({ prefix: "pagerpal_docs_" });
  try {
    const text = await ask(`${pathToFileURL(folder).href}/docs.db`);
    return { text, document: ApiDocumentSchema.parse(JSON.parse(text)) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function ask(databaseUrl: string): Promise<string> {
  const nowMs = Date.now();
  const config = readConfig({
    ENVIRONMENT: "test",
    PAGERPAL_BASE_URL: BASE_URL,
    DATABASE_URL: databaseUrl,
  }, () => "");
  const store = await openDatabase(config, nowMs);
  try {
    const password = crypto.randomUUID();
    const email = "docs@example.com";
    await saveAdmin(
      store,
      { email, name: null, password, reset: false },
      nowMs,
    );
    const pagerpal = compose({
      ...{ config, store, fetch, version: VERSION },
      clock: Date.now,
      random: Math.random,
      newId: () => crypto.randomUUID(),
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      node: "docs",
      hostname: "docs",
      schemaVersion: NEWEST_SCHEMA_VERSION,
      staticDirectory: fileURLToPath(new URL("../../static/", import.meta.url)),
    });
    const answer = await pagerpal.fetch(
      new Request(`${BASE_URL}/api/v1/openapi.json`, {
        headers: { authorization: `Basic ${btoa(`${email}:${password}`)}` },
      }),
    );
    if (!answer.ok) throw new Error(`openapi.json answered ${answer.status}`);
    const json = z.record(z.string(), z.unknown()).parse(await answer.json());
    return `${JSON.stringify(json, null, 2)}\n`;
  } finally {
    await store.close();
  }
}
