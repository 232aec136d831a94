/** A stream of bytes, line by line. */
import { BackupError } from "./backup_error.ts";

/** A row is a few kilobytes; what is longer than this is no export, and is not read to its end. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Promises each line without its end, an empty last one left out; throws BackupError for one that is too long. */
export async function* textLines(
  bytes: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  let begun = "";
  for await (const chunk of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = chunk.split("\n");
    lines[0] = begun + lines[0];
    begun = lines.pop() ?? "";
    yield* lines;
    if (begun.length > LONGEST_LINE) {
      throw new BackupError("The file has a line that is too long for a row.");
    }
  }
  if (begun !== "") yield begun;
}
