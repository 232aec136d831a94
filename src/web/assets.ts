/** What the pages load: our own styles, script, icons and typeface, and htmx, all from our own origin. */
import { createHash } from "node:crypto";
import font from "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2" with {
  type: "bytes",
};
import htmx from "htmx.org/dist/htmx.min.js" with { type: "text" };
import type { Routes } from "../http/routes.ts";

interface Asset {
  body: string | Uint8Array<ArrayBuffer>;
  type: string;
}

export interface Assets {
  /** Promises the address of the asset. It changes whenever any asset does, so browsers may keep what is there for ever. */
  url(name: string): string;
  find(name: string): Asset | undefined;
  readonly version: string;
}

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  woff2: "font/woff2",
};

/**
 * Promises the assets of the folder (absolute, with a slash at the end). The styles of `css/` are one file in the order
 * of their names, and so are the scripts of `js/`: one request each, and no build step. With `watch` they are read again
 * for every request.
 */
export function loadAssets(
  directory: string,
  { watch }: { watch: boolean },
): Assets {
  const read = () => readAssets(directory);
  const table = read();
  const version = versionOf(table);
  return {
    version,
    url: (name) => `/assets/${version}/${name}`,
    find: (name) => (watch ? read() : table).get(name),
  };
}

/** Adds `GET /assets/{version}/{name}`. */
export function addAssets(routes: Routes, assets: Assets): void {
  routes.page("/assets/{version}/{name}", "public", (c) => {
    const asset = assets.find(c.req.param("name") ?? "");
    if (!asset) return c.notFound();
    // Another version is another node's word in the middle of an upgrade: served, and asked for again next time.
    const mine = c.req.param("version") === assets.version;
    return c.body(asset.body, 200, {
      "Content-Type": asset.type,
      "Cache-Control": mine
        ? "public, max-age=31536000, immutable"
        : "public, no-cache",
    });
  });
}

function readAssets(directory: string): Map<string, Asset> {
  const assets = new Map<string, Asset>([
    ["atkinson.woff2", asset("woff2", new Uint8Array(font))],
    ["htmx.js", asset("js", htmx)],
    ["pagerpal.css", asset("css", textsOf(`${directory}css/`).join("\n"))],
    [
      "pagerpal.js",
      asset("js", textsOf(`${directory}js/`).map(apart).join("")),
    ],
  ]);
  for (const { name, isFile } of Deno.readDirSync(directory)) {
    const kind = name.split(".").at(-1) ?? "";
    if (!isFile || !(kind in TYPES)) continue;
    assets.set(name, asset(kind, Deno.readFileSync(directory + name)));
  }
  return assets;
}

function asset(kind: string, body: Asset["body"]): Asset {
  return { body, type: TYPES[kind] ?? "application/octet-stream" };
}

function textsOf(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort()
    .map((name) => Deno.readTextFileSync(directory + name));
}

/** Each script is a block of its own, so that none sees the names of another. */
function apart(script: string): string {
  return `{\n${script}}\n`;
}

function versionOf(assets: Map<string, Asset>): string {
  const hash = createHash("sha256");
  for (const [name, { body }] of assets) hash.update(name).update(body);
  return hash.digest("base64url").slice(0, 12);
}
