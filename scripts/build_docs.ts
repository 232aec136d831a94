/** Builds the documentation site from docs/ and from the OpenAPI document that PagerPal makes. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../src/version.ts";
import { type ExitCode, runCommand } from "./command.ts";
import { readApiDocument } from "./docs/api_document.ts";
import type { Files } from "./docs/assets.ts";
import { makeManifest, MANIFEST_NAME } from "./docs/manifest.ts";
import { readRepository } from "./docs/repository.ts";
import { buildSite } from "./docs/site.ts";

const USAGE = `Usage: deno task docs:build

Builds the documentation site into docs/site: plain files that any web server
can serve, and a manifest of them. Only pages whose front matter says that they
are for customers are rendered. A link that leads nowhere ends it.

  --help  this text`;

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const OUT = join(ROOT, "docs/site");

/** Promises every file of the site that the repository in this folder makes, or throws SiteError. */
export async function buildFrom(root: string): Promise<Files> {
  return buildSite({
    ...readRepository(root),
    api: await readApiDocument(),
    version: VERSION,
  });
}

async function run(): Promise<ExitCode> {
  const files = await buildFrom(ROOT);
  const manifest = makeManifest(files, VERSION);
  // What an earlier build has left is no part of this one.
  if (await exists(OUT)) await Deno.remove(OUT, { recursive: true });
  for (const [path, content] of files) {
    await Deno.mkdir(dirname(join(OUT, path)), { recursive: true });
    await Deno.writeFile(join(OUT, path), content);
  }
  await Deno.writeTextFile(
    join(OUT, MANIFEST_NAME),
    `${JSON.stringify(manifest, null, 2)}\n`,
  );
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(
    `docs/site: ${manifest.routes.length} pages, ${manifest.files.length} files, ${
      Math.round(bytes / 1024)
    } KiB`,
  );
  return 0;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

if (import.meta.main) {
  Deno.exit(await runCommand({ usage: USAGE, options: {}, run }, Deno.args));
}
