/** The code blocks of a Markdown file. */
import { fileURLToPath } from "node:url";
import { tokensOf } from "../../scripts/docs/markdown.ts";
import { readRepository } from "../../scripts/docs/repository.ts";

export interface Fence {
  /** From the repository's root. */
  file: string;
  /** Of the opening line. */
  line: number;
  /** The words behind the opening marks, as `["sh", "tested"]`. */
  words: string[];
  content: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LINE = /\n/g;

/** Promises the blocks of every Markdown file of the repository, in their order, by file. */
export function fencesByFile(): Map<string, Fence[]> {
  const { markdown } = readRepository(ROOT);
  return new Map(
    [...markdown].map(([file, text]) => [file, fencesOf(file, text)]),
  );
}

function fencesOf(file: string, text: string): Fence[] {
  const [frontMatter = ""] = /^---\n.*?\n---\n/s.exec(text) ?? [];
  const linesBefore = [...frontMatter.matchAll(LINE)].length;
  const body = text.slice(frontMatter.length);
  return tokensOf({ file, body, linesBefore })
    .filter(({ type }) => type === "fence")
    .map(({ info, content, map }) => ({
      file,
      line: linesBefore + (map?.[0] ?? 0) + 1,
      words: info.split(" "),
      content,
    }));
}
