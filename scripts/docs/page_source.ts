/** The Markdown files below docs/, and what their front matter says of them. */
import { z } from "zod";
import { parse as parseYaml, YAMLParseError } from "npm:yaml@2.9.1";
import { SiteError } from "./site_error.ts";

const Meta = z.strictObject({
  /** Only what is written for customers is rendered; whatever says nothing is not. */
  audience: z.enum(["customer", "internal"]),
  /** In the navigation; the page's own heading may say more. */
  title: z.string().min(1).max(40),
  /** One sentence, for search engines and the list of results. */
  summary: z.string().min(20).max(200),
  /** The page that it stands below. */
  parent: z.string().optional(),
  /** Among its neighbours, from small to large. */
  order: z.int().default(0),
  /** What the integration connects, named as in the code. */
  integration: z.union([
    z.strictObject({ source: z.string() }),
    z.strictObject({ channel: z.string() }),
    z.strictObject({ calendar: z.string() }),
  ]).optional(),
  /** Paragraphs that begin with a bold word, and rows that begin with code, explain it and can be linked to. */
  terms: z.boolean().default(false),
});

export type PageMeta = z.infer<typeof Meta>;

export interface PageSource {
  /** From the repository's root, as `docs/glossary.md`. */
  file: string;
  meta: PageMeta;
  /** Without the front matter. */
  body: string;
  /** How many lines of the file come before the body. */
  linesBefore: number;
}

const FRONT_MATTER = /^---\n(.*?)\n---\n/s;

/**
 * Promises the pages for customers among these files, by path. A file without front matter, or with another audience, is
 * an internal note and is left out; front matter that is wrong throws SiteError.
 */
export function customerPages(
  files: ReadonlyMap<string, string>,
): PageSource[] {
  return [...files].toSorted(([a], [b]) => a < b ? -1 : 1).flatMap(
    ([file, text]) => {
      const [whole, yaml] = FRONT_MATTER.exec(text) ?? [];
      if (whole === undefined || yaml === undefined) return [];
      const meta = readMeta(file, yaml);
      if (meta.audience !== "customer") return [];
      return [{
        file,
        meta,
        body: text.slice(whole.length),
        linesBefore: whole.split("\n").length - 1,
      }];
    },
  );
}

/** An internal note needs no more than to say so. */
function readMeta(
  file: string,
  yaml: string,
): PageMeta | { audience: "internal" } {
  let value: unknown;
  try {
    value = parseYaml(yaml);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new SiteError([`${file}:1: ${error.message}`]);
  }
  const internal = z.object({ audience: z.literal("internal") })
    .safeParse(value);
  if (internal.success) return internal.data;
  const parsed = Meta.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new SiteError(
    parsed.error.issues.map(({ path, message }) =>
      `${file}:1: front matter: ${path.join(".")}: ${message}`
    ),
  );
}
