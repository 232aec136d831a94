/** What the pages load: our own styles, script, icons and typeface, and htmx, all from our own origin. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import font from "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2" with {
  type: "bytes",
};
import htmx from "htmx.org/dist/htmx.min.js" with { type: "text" };
import type { Routes } from "../http/routes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Content codings, the tightest first. */
const CODINGS = ["br", "gzip"] as const;
type Coding = typeof CODINGS[number];
const PACKABLE = ["css", "js", "svg"];

/** What was packed last, by coding and name: packing takes a tenth of a second, and the same bytes are packed once. */
const lastPacked = new Map<string, { body: Bytes; packed: Bytes }>();

interface Asset {
  body: Bytes;
  type: string;
  /** Promises the body in this content coding; null for what is compressed by its own format. */
  packed(coding: Coding): Promise<Bytes> | null;
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
  routes.page("/assets/{version}/{name}", "public", async (c) => {
    const asset = assets.find(c.req.param("name") ?? "");
    if (!asset) return c.notFound();
    // Another version is another node's word in the middle of an upgrade: served, and asked for again next time.
    const mine = c.req.param("version") === assets.version;
    const accepted = c.req.header("accept-encoding") ?? "";
    const coding = CODINGS.find((one) => accepted.includes(one));
    const packed = coding ? await asset.packed(coding) : null;
    if (coding && packed) c.header("Content-Encoding", coding);
    return c.body(packed ?? asset.body, 200, {
      "Content-Type": asset.type,
      "Vary": "Accept-Encoding",
      "Cache-Control": mine
        ? "public, max-age=31536000, immutable"
        : "public, no-cache",
    });
  });
}

function readAssets(directory: string): Map<string, Asset> {
  const contents: [string, string | Uint8Array][] = [
    ["atkinson.woff2", font],
    ["htmx.js", htmx],
    ["pagerpal.css", textsOf(`${directory}css/`).join("\n")],
    ["pagerpal.js", textsOf(`${directory}js/`).map(apart).join("")],
  ];
  for (const { name, isFile } of Deno.readDirSync(directory)) {
    if (!isFile || !(kindOf(name) in TYPES)) continue;
    contents.push([name, Deno.readFileSync(directory + name)]);
  }
  return new Map(
    contents.map(([name, content]) => [name, asset(name, content)]),
  );
}

function asset(name: string, content: string | Uint8Array): Asset {
  const body = new Uint8Array(
    typeof content === "string" ? new TextEncoder().encode(content) : content,
  );
  const kind = kindOf(name);
  return {
    body,
    type: TYPES[kind] ?? "application/octet-stream",
    packed: (coding) =>
      PACKABLE.includes(kind) ? packed(coding, name, body) : null,
  };
}

function kindOf(name: string): string {
  return name.split(".").at(-1) ?? "";
}

async function packed(
  coding: Coding,
  name: string,
  body: Bytes,
): Promise<Bytes> {
  const key = `${coding} ${name}`;
  const last = lastPacked.get(key);
  if (last && Buffer.compare(last.body, body) === 0) return last.packed;
  // Loaded by the first browser, and not by every start.
  const { brotliCompressSync, gzipSync } = await import("node:zlib");
  const pack = coding === "br" ? brotliCompressSync : gzipSync;
  const packed = new Uint8Array(pack(body));
  lastPacked.set(key, { body, packed });
  return packed;
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
