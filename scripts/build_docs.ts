/** Builds the documentation site from docs/ and from the OpenAPI document that PagerPal makes. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../src/version.ts";
import { CommandError, type ExitCode, runCommand } from "./command.ts";
import { readApiDocument } from "./docs/api_document.ts";
import type { Files } from "./docs/assets.ts";
import { makeManifest, MANIFEST_NAME } from "./docs/manifest.ts";
import { readRepository } from "./docs/repository.ts";
import { buildSite } from "./docs/site.ts";

const USAGE = `Usage: deno task docs:build [--out <folder>]

Builds the documentation site into docs/site: plain files that any web server
can serve, and a manifest of them. Only pages whose front matter says that they
are for customers are rendered. A link that leads nowhere ends it.

  --out <folder>  another folder than docs/site; it is made, or holds a site
                  that is replaced
  --help          this text`;

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

async function run({ out = OUT }: { out?: string }): Promise<ExitCode> {
  const hasEarlier = await findEarlier(out);
  const files = await buildFrom(ROOT);
  const manifest = makeManifest(files, VERSION);
  // What it has left is no part of this one.
  if (hasEarlier) await Deno.remove(out, { recursive: true });
  for (const [path, content] of files) {
    await Deno.mkdir(dirname(join(out, path)), { recursive: true });
    await Deno.writeFile(join(out, path), content);
  }
  await Deno.writeTextFile(
    join(out, MANIFEST_NAME),
    `${JSON.stringify(manifest, null, 2)}\n`,
  );
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(
    `${manifest.routes.length} pages, ${manifest.files.length} files, ${
      Math.round(bytes / 1024)
    } KiB in ${out}`,
  );
  return 0;
}

/** Promises whether the folder holds a site; throws CommandError where it holds anything else, which is somebody's. */
async function findEarlier(folder: string): Promise<boolean> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandError(`${folder} takes no site: ${why}.`);
    }
  }
  if (names.length === 0 || names.includes(MANIFEST_NAME)) {
    return names.length > 0;
  }
  throw new CommandError(`${folder} holds something that is no site.`);
}

if (import.meta.main) {
  Deno.exit(
    await runCommand({
      usage: USAGE,
      options: { out: { type: "string" } },
      run,
    }, Deno.args),
  );
}
