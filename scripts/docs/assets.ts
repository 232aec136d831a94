/** What pages load. Every file's name holds a hash of its content, so that browsers may keep it for ever. */
import { createHash } from "node:crypto";
import { basename, extname } from "node:path/posix";
import font from "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2" with {
  type: "bytes",
};
import { imageSize } from "npm:image-size@2.1.0";
import minisearch from "npm:minisearch@7.2.0" with { type: "text" };
import type { SiteImage } from "./links.ts";

export type Files = Map<string, Uint8Array>;

/** The files that are the same for all pages. */
export interface SharedAssets {
  css: string;
  font: string;
  script: string;
  /** Loaded when somebody searches. */
  searchLibrary: string;
  icon: string;
}

/** Puts files into the site under a name of their own. */
export class Assets {
  constructor(
    private readonly files: Files,
    /** Promises a file of the repository; null where there is none. */
    private readonly read: (file: string) => Uint8Array | null,
  ) {}

  /** Promises the address on the site. */
  add(name: string, content: Uint8Array | string): string {
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
    const extension = extname(name);
    const url = `assets/${basename(name, extension)}.${hash}${extension}`;
    this.files.set(url, bytes);
    return url;
  }

  /** Promises a picture below docs/, with its dark twin where there is one; null where there is none of this name. */
  image(file: string): SiteImage | null {
    const bytes = IMAGE.test(file) ? this.read(file) : null;
    if (bytes === null) return null;
    const { width, height } = imageSize(bytes);
    const dark = file.includes("-light.")
      ? this.read(file.replace("-light.", "-dark."))
      : null;
    return {
      url: this.add(file, bytes),
      ...{ width, height },
      darkUrl: dark && this.add(file.replace("-light.", "-dark."), dark),
    };
  }

  /** Promises styles, typeface, script and icon; the styles begin with those of the application. */
  shared(): SharedAssets {
    const fontUrl = this.add("atkinson.woff2", font);
    const css = STYLES.map((file) => this.#text(file)).join("\n")
      .replaceAll('url("atkinson.woff2")', `url("${basename(fontUrl)}")`);
    return {
      font: fontUrl,
      css: this.add("docs.css", css),
      script: this.add("search.js", this.#bytes("static/docs/search.js")),
      searchLibrary: this.add("minisearch.js", minisearch),
      icon: this.add("icon.png", this.#bytes("static/assets/icon-192.png")),
    };
  }

  #text(file: string): string {
    return new TextDecoder().decode(this.#bytes(file));
  }

  #bytes(file: string): Uint8Array {
    const bytes = this.read(file);
    if (bytes === null) throw new Error(`${file} is missing`);
    return bytes;
  }
}

const IMAGE = /^docs\/[\w/-]+\.(svg|png)$/;
const STYLES = [
  "static/assets/css/1_tokens.css",
  "static/assets/css/2_base.css",
  "static/docs/docs.css",
];
