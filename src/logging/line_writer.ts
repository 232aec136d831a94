/** Lines on standard output. */

/** A line that says what is wrong may be the last one. */
const AT_ONCE = new Set(["warning", "error", "fatal"]);

export interface LineWriter {
  /** Takes a line without its line end. */
  write(line: string, level: string): void;
}

/**
 * Promises a writer of lines, in their order. What is said in one turn of the event loop is written at its end with one
 * call of the system: a flood of requests is answered many at a time. A warning, and what was said before it, is written
 * at once, and what is left when the process ends is written then.
 */
export function createLineWriter(
  write: (text: string) => void = console.log,
): LineWriter {
  let waiting: string[] = [];
  function flush(): void {
    if (waiting.length === 0) return;
    const lines = waiting;
    waiting = [];
    write(lines.join("\n"));
  }
  addEventListener("unload", flush);
  return {
    write(line, level) {
      if (waiting.push(line) === 1) setImmediate(flush);
      if (AT_ONCE.has(level)) flush();
    },
  };
}
