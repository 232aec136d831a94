/**
 * Test files put together into few modules. Deno gives every module that it tests a JavaScript engine of its own, and
 * loading the app into one takes most of a second of work: for each of two hundred files that is more than half of what
 * all tests take. A batch is a module that imports files of one folder. What a test file keeps at its top level lasts
 * for the batch; the report tells each test under its own file all the same.
 */
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { modulesBelow } from "./lint_imports/files.ts";

/** Batches run beside each other, and the last should not be long. */
const MOST_FILES = 12;

/** What takes longest begins first. */
const LONG = ["browser", "process", "simulation"];

/**
 * Promises the arguments for `deno test`. Folders, or all tests where nothing is given, become batches, which are written
 * below `into`; files stay. With an option everything stays: options such as --ignore are about files.
 */
export async function inBatches(
  args: string[],
  { root, into }: { root: string; into: string },
): Promise<string[]> {
  if (args.some((one) => one.startsWith("-"))) return args;
  const inFolders = new Set<string>();
  const files: string[] = [];
  for (const path of args.length > 0 ? args : ["tests"]) {
    const { isDirectory } = await Deno.stat(resolve(root, path));
    if (!isDirectory) files.push(path);
    else for (const file of testsBelow(root, path)) inFolders.add(file);
  }
  return [...await writeBatches([...inFolders], { root, into }), ...files];
}

function testsBelow(root: string, folder: string): string[] {
  const below = relative(root, resolve(root, folder));
  const files = [...modulesBelow(`${root}/`, below)]
    .filter((path) => path.endsWith("_test.ts")).sort();
  if (files.length > 0) return files;
  throw new Error(`There is no test below ${folder}`);
}

async function writeBatches(
  files: string[],
  { root, into }: { root: string; into: string },
): Promise<string[]> {
  await Deno.mkdir(into, { recursive: true });
  const written: string[] = [];
  for (const [subject, ofSubject] of bySubject(files)) {
    for (const [index, batch] of split(ofSubject).entries()) {
      const path = join(into, `${subject}_${index + 1}_test.ts`);
      const urls = batch.map((file) => pathToFileURL(resolve(root, file)).href);
      const lines = urls.map((url) => `import ${JSON.stringify(url)};\n`);
      await Deno.writeTextFile(path, lines.join(""));
      written.push(path);
    }
  }
  return written;
}

/** The files of each folder right below `tests`; those that are in none are `top`. Long ones come first. */
function bySubject(files: string[]): [string, string[]][] {
  const subjectOf = (file: string) => /tests\/(\w+)\//.exec(file)?.[1] ?? "top";
  const groups = Map.groupBy(files, subjectOf);
  const rank = (subject: string) => LONG.includes(subject) ? 0 : 1;
  return [...groups].sort(([a], [b]) => rank(a) - rank(b));
}

/** As few batches as hold them, alike in length. */
function split(files: string[]): string[][] {
  const count = Math.ceil(files.length / MOST_FILES);
  const size = Math.ceil(files.length / count);
  return Array.from(
    { length: count },
    (_, index) => files.slice(index * size, (index + 1) * size),
  );
}
